package dev.netproof.kube;

import java.util.Optional;

/** What proves to the API server who asks. */
interface Credentials {
    /** The Authorization header's value; may run a plugin or read a file, and is asked before every request. */
    Optional<String> authorization();

    /** The TLS client certificate; asked once. */
    Optional<ClientCertificate> certificate();

    /** The identity's name, when the credentials have one in them. */
    default Optional<String> name() {
        return certificate().flatMap(ClientCertificate::commonName);
    }
}
