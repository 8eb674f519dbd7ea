"""What is done in the background: letters, webhooks, alerts, digests, and forgetting what is old."""
