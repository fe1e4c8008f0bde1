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

/** Where the images of pods come from, for every command that starts some. */
final class ImageOptions {
    @Option(
            names = "--curl-image",
            paramLabel = "IMAGE",
            converter = ImageName.class,
            description =
                    "Image of the probes; needs a shell and curl. NAME:TAG@sha256:DIGEST pins it, as with every image.")
    @Nullable String curlImage;

    @Option(
            names = "--netshoot-image",
            paramLabel = "IMAGE",
            converter = ImageName.class,
            description = "Image of probes that need more than curl, for UDP and SCTP; needs Python 3.")
    @Nullable String netshootImage;

    @Option(
            names = "--mirror",
            paramLabel = "PREFIX",
            converter = RegistryPrefix.class,
            description = "Registry prefix that replaces the images' own.")
    @Nullable String mirror;

    @Option(
            names = "--pull-secret",
            paramLabel = "NAME",
            description = "Image pull secret that exists in the namespaces of the probes; repeatable.")
    List<String> pullSecrets = new ArrayList<>();

    /** An image has no credentials in its name, and its name stands in every report. */
    static final class RegistryPrefix implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.contains("@") || value.contains("://")) {
                throw new TypeConversionException(
                        "a prefix is a registry and a path, as registry.example/mirror, without https:// and without"
                                + " credentials; name a pull secret with --pull-secret");
            }
            return value;
        }
    }

    /** A mistyped digest is said here, and not by a kubelet after a while. */
    static final class ImageName implements ITypeConverter<String> {
        private static final Pattern LEGAL =
                Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]*+(@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?");

        @Override
        public String convert(String value) {
            if (LEGAL.matcher(value).matches()) {
                return value;
            }
            throw new TypeConversionException(
                    "'" + value + "' is no image; write NAME:TAG, or NAME:TAG@sha256: and 64 hexadecimal digits");
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
