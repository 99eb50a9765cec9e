"""Tables of ablations: one training for each row and seed, each kept, none done twice."""
