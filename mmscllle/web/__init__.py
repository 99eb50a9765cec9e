"""The page on which enhancers are tried in a browser; needs the extra `web`."""
