"""The control database's history: one numbered file per change, never edited once released."""
