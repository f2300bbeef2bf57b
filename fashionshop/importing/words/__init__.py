"""What merchants call things, in English, German, French, Spanish and Italian: tables, no rules."""
