### Blätter über dem Programmfenster: Einstellungen, Tasten, Netze, Modellkarte, Film, Passwort.

preferences-language = Sprache
preferences-as-the-system = Wie das System
sheet-close = Schließen

## ui/states/film

film-title = Film speichern
film-of = Film von
film-every-slice = Jede Schicht der Ansicht { $viewport }, von der ersten bis zur letzten.
film-around = Die Schichten im Umkreis von 25 mm um den gewählten Rundherd oder das Fadenkreuz.
film-turn = Die 3D-Ansicht, wie sie eingestellt ist, einmal herum, in Schritten von vier Grad.
film-over = Darüber
film-overlays = Wie gezeigt
film-alone = Das Bild allein
film-size = Größe
film-pace = Bilder in der Sekunde
film-nothing = Nichts vom Patienten ist darin. Ein Name auf .gif ergibt eine Datei, einer auf .png ein Bild je Einzelbild.
film-choose = Datei wählen…

## ui/states/help

help-wheel = Mausrad
help-wheel-does = Schicht; Umschalt: zehn
help-ctrl-wheel = Strg+Mausrad
help-ctrl-wheel-does = Zoom am Zeiger
help-alt-wheel = Alt+Mausrad
help-alt-wheel-does = Slab, Pinselgröße
help-left = Linke Taste ziehen
help-left-does = Das aktive Werkzeug
help-middle = Mittlere Taste ziehen
help-middle-does = Verschieben
help-right = Rechte Taste ziehen
help-right-does = Zoom
help-double = Doppelklick
help-double-does = Maximieren
help-shift = Umschalt+bewegen
help-shift-does = Das Fadenkreuz folgt
help-click = Rundherd, Klick
help-click-does = Das Netz dort befragen
help-drag = Markierung ziehen
help-drag-does = Dort neu befragen
help-tab = Tab
help-tab-does = Nächstes Element
help-title = Tasten
help-continued = { $group }, Fortsetzung
help-mouse = Maus

## ui/states/locked

locked-title = Verschlüsseltes Archiv
locked-archive = Das Archiv
locked-locked = { $name } ist durch ein Passwort geschützt.
locked-wrong = Das war nicht das Passwort. Noch einmal versuchen.
locked-password = Passwort
locked-open = Öffnen
locked-cancel = Abbrechen
locked-used = Es dient dazu, dieses Archiv zu lesen, und wird nirgends gespeichert.

## ui/states/model_card

card-title = Modellkarte von { $model }, { $weights }
card-not-told = steht nicht in der Datei
card-temperature = Temperatur { $temperature }
card-network = Netz
card-several = { $model }, { $count } davon
card-file = Datei
card-trained-on = Trainiert mit
card-intended-use = Zweck
card-calibration = Kalibrierung

## ui/states/networks

networks-title = Netze und Gewichte
networks-installed = Gewichte installiert
networks-none = keine Gewichte
networks-compact = Der veröffentlichte Aufbau, schmaler gemacht, für Rechner ohne Grafikprozessor. Seine Gewichte sind nie die der Veröffentlichung.
networks-here = Gewichte hier
networks-reading = Die Datei wird gelesen…
networks-not-used = Die installierte Datei wird nicht benutzt: { $fault }.
networks-parameters = Parameter
networks-several = , { $count } Netze
networks-file = Datei
networks-not-installed = Keine sind installiert: dieses Netz kann nicht befragt werden.
networks-variant = Variante
networks-card = Modellkarte
networks-reads = Es liest { $what }.
networks-looked-for = Gewichte werden in { $place } gesucht, als NAME.safetensors.
networks-origin = Herkunft
networks-licence = Lizenz der Gewichte
networks-intended-use = Zweck
networks-trained-on = Trainiert mit: { $data }.
networks-calibrated = Kalibriert mit Temperatur { $temperature }.
networks-not-calibrated = Nicht kalibriert.
networks-measured = Was an Gewichten gemessen wurde, steht in der Modellkarte, die triscope evaluate schreibt.
networks-taught = Gelernt im Modus { $mode }.
networks-imported-from = Importiert aus einer Datei mit SHA-256
networks-importing = Gewichte werden importiert
networks-stop = Import abbrechen
networks-replace = Durch einen Checkpoint ersetzen…
networks-import = Einen Checkpoint importieren…
networks-import-tip = PyTorch oder safetensors. Jeder Schlüssel und jede Form wird verglichen, nichts in der Datei wird ausgeführt, und nichts wird geschrieben, wenn nicht alles passt.
networks-path = Pfad eines Checkpoints
networks-import-path = Pfad importieren
networks-source-installed = { $source } ist installiert.
networks-shape = { $name } ist { $is }, { $needed } wird gebraucht
networks-loaded = { $count } Tensoren geladen
networks-missing = fehlend
networks-unexpected = unerwartet
networks-another-shape = von anderer Form
networks-no-effect = ohne Wirkung
networks-more = , und { $more } weitere
networks-publication = Die Veröffentlichung
networks-copy = BibTeX kopieren
networks-copied = BibTeX kopiert
networks-code = Code
networks-code-licence = Lizenz dieses Codes: { $licence }.
networks-published = Veröffentlichte Gewichte: { $weights }.
networks-reported = Was die Autoren berichten
networks-on = auf { $data }
networks-not-theirs = Ihre Daten sind nicht die irgendwelcher Gewichte hier: keine Zahl dieses Programms darf daneben stehen, ohne das zu sagen.

## ui/states/palette

palette-title = Befehle
palette-what = Was soll geschehen?
palette-command = Befehl
palette-none = Kein Befehl, der gerade möglich ist, hat diese Buchstaben.

## ui/states/sheet

card-no-more = Mehr ist von dieser Datei nicht bekannt. `triscope evaluate` misst Gewichte an Fällen mit Befund und schreibt eine Karte mit allen Zahlen.

## ui/states/preferences

preferences-automatic = Automatisch
preferences-graphics = Grafik
preferences-processor = Prozessor
preferences-title = Einstellungen
preferences-appearance = Aussehen
preferences-pictures = Bilder
preferences-devices = Geräte
preferences-keys = Tasten
preferences-theme = Erscheinung
preferences-dark = Dunkel
preferences-light = Hell
preferences-text-size = Textgröße
preferences-motion = Bewegung
preferences-as-it-is = Wie sie ist
preferences-reduced = Verringert
preferences-checks = Prüfen der Karten
preferences-checks-idle = Im Leerlauf
preferences-checks-asked = Auf Wunsch
preferences-patient-on-pictures = Patientendaten auf Bildern
preferences-patient-data = Patientendaten
preferences-between-voxels = Zwischen Voxeln
preferences-sharpening = Schärfung
preferences-slices-in-a-second = Schichten in der Sekunde
preferences-pace-of-playing = Tempo des Durchlaufs
preferences-screen-dpi = Bildschirm, Punkte je Zoll
preferences-dots-per-inch = Punkte je Zoll
preferences-zero-dpi = 0 überlässt es dem Bildschirm
preferences-dpi-by-screen = wie der Bildschirm sagt
preferences-in-use = In Gebrauch: { $dpi }
preferences-bar = Dieser Balken ist 100 mm lang, wenn die Zahl in Gebrauch stimmt. Sagt ein Lineal etwas anderes, diese Zahl mit 100 malnehmen und durch das teilen, was das Lineal sagt.
preferences-bar-wide = Der Balken von 100 mm ist breiter als dieses Blatt.
preferences-drawn-by = Bilder zeichnet
preferences-best = Was am besten ist
preferences-used = , in Gebrauch
preferences-runs-on = Das Netz läuft auf
preferences-key-file = Tasten lassen sich auch in dieser Datei ändern. docs/keys.md und die Tastenübersicht (?) nennen ihre Befehle.
preferences-nothing-kept = Hier wird nichts Eigenes aufbewahrt, sodass die Tasten die üblichen sind.
preferences-key-is-now = { $key } ist jetzt { $is } und nicht mehr { $was }
preferences-no-key-twice = Keine Taste ist doppelt vergeben.
preferences-read-again = Tasten neu einlesen
preferences-all-keys = Alle Tasten

## ui/states/key_binding

binding-change = Tasten ändern
binding-nothing-kept = Hier wird nichts aufbewahrt: geänderte Tasten gelten bis zum Programmende.
binding-none = Kein Befehl hat diese Buchstaben in seinen Worten oder Tasten.
binding-how = Eine Zeile wählen, dann die neue Taste drücken. Keinem anderen Befehl wird ungefragt etwas genommen.
binding-find = Einen Befehl oder eine Taste finden
binding-take-back = Zurücknehmen
binding-take-back-tip = Nimmt die letzte Änderung der Tasten zurück
binding-all-usual = Alle üblichen Tasten
binding-all-usual-tip = Nimmt jede eigene Zeile heraus; Kommentare in der Datei bleiben
binding-no-key-yet = keine Taste
binding-press = Die neue Taste für „{ $name }“ drücken. Esc lässt sie, wie sie ist.
binding-text-size = ändert die Textgröße
binding-pasting = ist dem System zum Einfügen vorbehalten
binding-leaving = verlässt, was offen ist
binding-refused = { $key } { $why }. Eine andere drücken.
binding-beside = { $keys } ebenfalls behalten
binding-without = Keine Taste
binding-none-usual = keine
binding-usual = Üblich: { $usual }
binding-held = { $key } ist die Taste von „{ $by }“. Soll sie die von „{ $name }“ werden?
binding-from = { $key } von „{ $by }“
binding-take = { $what } nehmen
binding-leave = So lassen

## ui/states/attention

attention-title = Wer in { $model } auf wen achtet
attention-single = Dieses Netz bringt sein Bild und seine Tabelle als je ein Token zusammen, wie veröffentlicht: ein Softmax über ein Token ist 1, was auch gefragt wird, sodass es nichts zu sehen gibt. Seine Gates sind unter den Karten. Gewichte, die mit mehr Tokens gelernt haben, werden hier nicht gezeigt.
attention-mean = Mittel
attention-head = Kopf { $head }
attention-heads = Kopf
attention-head-of = Kopf { $head } von { $count }
attention-mean-of = Mittel über { $count } Köpfe
attention-told = Anteile von 100 %, die jedes Token denen gibt, die es fragt. Sie sagen, woher Werte genommen werden, nicht was sie mit der Antwort machen: davon erzählen die Karten der Ableitungen und weggelassenes Gewebe.
attention-how = Zeilen fragen, Spalten werden gefragt. Auf eine Zelle zeigen oder klicken, um ihre Zeile zu behalten.
attention-point = Auf einen Patch zeigen, um seinen Anteil zu sehen; einen anklicken, um ihn fragen zu lassen.
attention-asks = Wer fragt
attention-asks-who = Wer fragt: { $who }
attention-matrix = Matrix der Anteile
attention-picture = Gelesenes mit dem, worauf ein Token achtet
attention-cell = Von { $asks } zu { $asked }: { $share }
attention-most = Von { $asks } am meisten zu { $most }
attention-class = Klassen-Token
attention-register = Register { $number }
attention-patch = Patch in Zeile { $row }, Spalte { $column }

## ui/states/features

features-title = Was die Netzschichten von { $model } berechnet haben
features-crop = Gelesenes
features-layer = Netzschicht
features-layer-of = { $name }, Netzschicht { $number } von { $count }
features-slice = Schicht der Merkmale
features-told = { $channels ->
    [one] { $channels } Kanal
   *[other] { $channels } Kanäle
} mit { $columns } × { $rows } Zellen, Schicht { $slice } von { $depth }; jeder von seinem kleinsten (schwarz) bis zu seinem größten Wert (weiß) aller Schichten
features-told-flat = { $channels ->
    [one] { $channels } Kanal
   *[other] { $channels } Kanäle
} mit { $columns } × { $rows } Zellen, jeder vom kleinsten (schwarz) bis zum größten Wert (weiß)
features-all = Alle Kanäle
features-channel = Kanal { $channel }: { $low } bis { $high }
features-none = Das Netz konnte nach dieser Netzschicht nicht befragt werden; der Hinweis sagt, warum.
features-coming = Das Netz wird befragt.
features-read-short = gelesen, Schicht { $slice }
features-read = Gelesenes, Schicht { $slice }

## ui/states/alike

alike-title = Fälle, die { $model } als ähnlich sieht
alike-which = Fälle
alike-of-program = Des Programms
alike-own = Eigene
alike-told = { $cases } Fälle nach den { $features } Zahlen, in denen die Encoder des ersten Netzes enden. Nah ist, was das Netz als ähnlich sieht; für die Pathologie muss es das nicht sein. Die Ebene zeigt { $share } % dessen, worin sich die Fälle unterscheiden.
alike-usual = Der nächste Fall liegt { $times }-mal so weit von diesem Rundherd wie Fälle sonst von ihrem nächsten.
alike-far = Kein Fall ist wie dieser Rundherd: Der nächste liegt { $times }-mal so weit von ihm wie Fälle sonst von ihrem nächsten.
alike-nearest = Nächste Fälle
alike-map = Karte von { $cases } Fällen nach dem, was das Netz sieht; die nächsten sind daneben aufgeführt
alike-case = Fall { $number }
alike-undecided = unentschieden
alike-rated = bewertet mit { $rating } von 5
alike-said = das erste Netz sagte { $probability }
alike-distance = Abstand { $times }
alike-here = dieser Rundherd
alike-others = andere Rundherde dieser Serie
alike-simulated = Simulierte Umgebung: { $cases } ausgeschnittene Rundherde.
alike-clinical = Bekannte Fälle wurden mit der veröffentlichten Eingabe (paper) befragt; diese Antwort gilt einer anderen und lässt sich nicht unter sie legen.
alike-none = Es sind keine Fälle bekannt, nach denen diese Gewichte gefragt wurden. Mit triscope embed --out cases.safetensors entsteht eine Datei eigener Fälle; hier kommt sie dazu.
alike-read = Lesen
alike-add = Eigene Fälle dazu
alike-add-tip = Eine Datei, die triscope embed --out cases.safetensors mit diesen Gewichten geschrieben hat
alike-path = Pfad der Datei
alike-other-weights = Die eigenen Fälle wurden von anderen Gewichten gesehen und lassen sich mit diesem Rundherd nicht vergleichen

## ui/states/two_nodules

two-title = Rundherde { $first } und { $second } nebeneinander
two-nodule = Rundherd { $number }
two-beside = Daneben
two-crop = Ausschnitt
two-slice = Schichten ab den Punkten
two-through-points = Schichten durch beide Punkte
two-from-points = { $slices } Schichten ab den Punkten
two-picture = Was das Netz von Rundherd { $number } sah
two-minus = { $first } minus { $second }
two-no-map = Er hat keine Karte nach dieser Methode: Wählen Sie ihn und dann die Methode.
two-no-difference = Um zu zeigen, worin sie sich unterscheiden, braucht es von beiden Rundherden eine Karte nach einer Methode.
two-heatmap-off = Mit eingeschalteter Heatmap ist zu sehen, worin sich die Karten unterscheiden.
two-range = Netze { $low } bis { $high }
two-probability = Wahrscheinlichkeit
two-features = Abstand der Merkmale
two-features-told = Als Vielfaches dessen, wie weit Fälle sonst von ihrem nächsten liegen.
two-colours = Jede Karte ist durch ihren größten Wert geteilt und liegt mit ihrem Punkt auf der anderen; sonst ist nichts registriert. Orange: mehr von { $first }, blau: mehr von { $second }.
two-hold = Wer die Taste auf einem Bild hält, sieht an seiner Stelle das andere.
two-scale = { $method }: Die Farben beider Karten enden bei { $end } { $unit }.
