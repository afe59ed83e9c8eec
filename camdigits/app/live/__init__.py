"""The live loop that window and browser share: session, recordings, prefetched frames."""
