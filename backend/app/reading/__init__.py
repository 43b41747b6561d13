"""What a learner asks: each answer is one consistent snapshot."""
