### Blätter über dem Programmfenster: Einstellungen, Tasten, Netze, Modellkarte, Film, Passwort.

preferences-language = Sprache
preferences-as-the-system = Wie das System
sheet-close = Schließen
