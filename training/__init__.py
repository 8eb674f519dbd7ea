"""Train and measure what `app.replies` understands; nothing that runs in production imports this."""
