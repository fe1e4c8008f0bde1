package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    void a_request_path_may_be_as_long_as_it_likes() {
        assertThat(Addresses.isRequestPath("/" + "0123456789".repeat(20_000))).isTrue();
        assertThat(Addresses.isRequestPath("/" + "%2F".repeat(20_000))).isTrue();
        assertThat(Addresses.isRequestPath("/" + "a".repeat(20_000) + " ")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2F/", "/%", "/%4", "/%%2541", "/%zz", "/a b", "/a#b", "/\"", "/`id`", "/{a,b}", "a", ""})
    void what_a_url_would_not_carry_as_it_is_is_none(String path) {
        assertThat(Addresses.isRequestPath(path)).isFalse();
    }
}
