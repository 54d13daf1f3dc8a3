/**
 * Who may ask for what: API keys, OAuth2 tokens, scopes, and what is refused to strangers. Knows
 * nothing of the rest of the producer; how a refusal is answered is the business of {@code api}.
 */
@NullMarked
package dev.warren.producer.security;

import org.jspecify.annotations.NullMarked;
