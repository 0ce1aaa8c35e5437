/* Choosing offers on a comparison: live totals of what is chosen. */
