package dev.netproof.cli;

import dev.netproof.kube.SessionTerms.Images;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which images pods run, for the commands that start pods. */
final class ImageOptions {
    @Option(
            names = "--curl-image",
            paramLabel = "IMAGE",
            converter = ImageName.class,
            description =
                    "Image of the probe pods; needs a shell and curl. NAME:TAG@sha256:DIGEST pins an image, here and below.")
    @Nullable String curlImage;

    @Option(
            names = "--netshoot-image",
            paramLabel = "IMAGE",
            converter = ImageName.class,
            description = "Image of probe pods for UDP and SCTP; needs Python 3.")
    @Nullable String netshootImage;

    @Option(
            names = "--mirror",
            paramLabel = "PREFIX",
            converter = RegistryPrefix.class,
            description = "Registry and path to pull all images from, as registry.example/mirror.")
    @Nullable String mirror;

    @Option(
            names = "--pull-secret",
            paramLabel = "NAME",
            description = "Image pull secret in the namespaces of the probe pods; repeatable.")
    List<String> pullSecrets = new ArrayList<>();

    /** Image names appear in every report, so they must not contain credentials. */
    static final class RegistryPrefix implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.contains("@") || value.contains("://")) {
                throw new TypeConversionException(
                        "write a registry and a path, as registry.example/mirror, without https:// and without credentials;"
                                + " credentials belong in a pull secret: --pull-secret");
            }
            return value;
        }
    }

    /** Finds a mistyped digest before a kubelet does. */
    static final class ImageName implements ITypeConverter<String> {
        private static final Pattern LEGAL =
                Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]*+(@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?");

        @Override
        public String convert(String value) {
            if (LEGAL.matcher(value).matches()) {
                return value;
            }
            throw new TypeConversionException(
                    "'" + value + "' is not an image; write NAME:TAG, or NAME:TAG@sha256: and 64 hexadecimal digits");
        }
    }

    Images images() {
        return images(Images.DEFAULT.agnhost());
    }

    /** @param agnhost the image of servers */
    Images images(String agnhost) {
        return new Images(
                Optional.ofNullable(curlImage).orElse(Images.DEFAULT.curl()),
                Optional.ofNullable(netshootImage).orElse(Images.DEFAULT.netshoot()),
                agnhost,
                Optional.ofNullable(mirror),
                pullSecrets);
    }
}
