"""Pages about personal access tokens: one's own, other people's, the policy."""
