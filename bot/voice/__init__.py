"""The voice line: calls, keys, speech. A channel of the gateway like the page and WeChat."""
