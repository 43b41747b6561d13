"""Learning resources that resolve: addresses come from a search engine and are fetched before they are shown."""
