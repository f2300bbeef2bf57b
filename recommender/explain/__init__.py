"""Why a product is shown, why another is not, and where in the pictures the score comes from."""
