"""What may be shown, and in what order: question, filters, rule effects, the statement that ranks, diversity."""
