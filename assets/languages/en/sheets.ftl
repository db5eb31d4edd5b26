### Sheets over the window: preferences, keys, networks, model card, film, password.

preferences-language = Language
preferences-as-the-system = As the system
sheet-close = Close
