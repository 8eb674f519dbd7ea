"""Replay real customers' lines on the sandbox and account for every one of them."""
