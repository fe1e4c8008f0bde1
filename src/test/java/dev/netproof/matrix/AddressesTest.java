package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    void aRequestPathMayBeAsLongAsItLikes() {
        assertThat(Addresses.isRequestPath("/" + "0123456789".repeat(20_000))).isTrue();
        assertThat(Addresses.isRequestPath("/" + "%2F".repeat(20_000))).isTrue();
        assertThat(Addresses.isRequestPath("/" + "a".repeat(20_000) + " ")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2F/", "/%", "/%4", "/%%2541", "/%zz", "/a b", "/a#b", "/\"", "/`id`", "/{a,b}", "a", ""})
    void whatAUrlWouldNotCarryAsItIsIsNone(String path) {
        assertThat(Addresses.isRequestPath(path)).isFalse();
    }
}
