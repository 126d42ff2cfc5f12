"""Any number of arms on identical tasks, at equal budgets, graded behind a wall."""
