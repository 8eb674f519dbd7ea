"""The supervisor of the embedded mode: keeps workers running as child processes, as systemd does on a real host."""
