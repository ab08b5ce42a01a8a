"""What the partner's side is told: changes and notices, as feeds and as the contract of the webhooks."""
