### Leisten links und rechts, Statuszeile.

## ui/panels/answer

answer-of-malignancy = Wahrscheinlichkeit für Malignität
answer-of-squamous = Wahrscheinlichkeit für Adenokarzinom, nicht Plattenepithelkarzinom
answer-of-granuloma = Wahrscheinlichkeit für Adenokarzinom, nicht Granulom
answer-of-slice = Wahrscheinlichkeit, dass die Schicht einen Rundherd zeigt
answer-of-other = Wahrscheinlichkeit: { $other }
answer-disagree = Die Netze sind uneins: einige neigen zu { $yes }, einige zu { $no }.
answer-mean-of = Mittel von { $count } Netzen: { $low } bis { $high }
answer-first-of-running = erstes von { $count } Netzen; Spanne folgt
answer-first-of = erstes von { $count } Netzen; andere nicht befragt
answer-scale = Skala von 0 bis 1: { $probability } { $whose }
answer-readers-agree = Befunder wären einig
answer-readers-may-differ = Befunder evtl. uneins
answer-readers-disagree = Befunder wären uneins
answer-rating = { $mean } ± { $sd } von 5
answer-whence = Woher dies kommt
answer-mean-logits = Mittlere Logits
answer-logits = Logits
answer-each-network = Jedes Netz
answer-calibrated = Kalibriert
answer-temperature = Temperatur { $temperature }
answer-network = Netz
answer-model = { $model }{ $count }, Eingabe: { $mode }
answer-variant = Variante
answer-weights = Gewichte
answer-trained-on = Trainiert mit
answer-nothing = nichts: zufällige Werte
answer-ran-on = Gerechnet auf
answer-answered-in = Beantwortet in
answer-crops-network = Ausschnitte, Netz
answer-other-networks = Andere Netze
answer-intended-use = Zweck: { $use }.

## ui/panels/beside

beside-title = Nebeneinander
beside-different-questions = Verschiedene Fragen: ihre Zahlen sind nicht vergleichbar und werden nicht gemittelt.
beside-mark-in-prior = Es vergleicht zwei Zeitpunkte: denselben Rundherd in der Voraufnahme markieren.
beside-one-date = Es vergleicht zwei Zeitpunkte, und es gibt nur einen.
beside-show = Antwort und Karten dieses Netzes zeigen
beside-asking = wird befragt
beside-needs-prior = braucht eine Voraufnahme
beside-no-answer = keine Antwort
beside-untrained = untrainiert: ohne Bedeutung
beside-input = Eingabe: { $mode }
beside-and = { " " }und{ " " }
beside-one-class = einer Klasse
beside-same-way = { $names } neigen zu derselben Seite: { $class }.
beside-different-ways = { $names } neigen zu verschiedenen Seiten ({ $asked }).

## ui/panels/compare

compare-title = Verglichen mit
compare-nothing = nichts
compare-tip = Jede Karte durch ihren größten Wert geteilt, die erste minus die zweite: wo die eine hinzeigt und die andere nicht. Neben jedem Namen: Rangkorrelation mit der Karte oben.
compare-left-right = Links { $this }, rechts { $that }
compare-in-turn = { $this } und { $that } im Wechsel
compare-one-scale = auf einer Farbskala
compare-own-scales = jede auf der Skala ihres eigenen größten Werts: ihre Einheiten sind verschieden
compare-two-networks = Sie beantworten vielleicht verschiedene Fragen, jedes über das, was es selbst liest: Verglichen werden kann, wo die Karten liegen, nicht wie stark sie sind.
compare-colours = Orange: { $this } ist stärker; blau: { $that }.
compare-motion = { " " }Bewegung ist verringert: { $key } halten für die andere.
compare-correlation = { " " }Rangkorrelation { $correlation }; vom stärksten Zehntel beider sind { $share } % dieselben, 10 % durch Zufall.

## ui/panels/contribution

contribution-title = Beitrag jeder Skala
contribution-class-asked = die gefragte Klasse
contribution-right = Rechts: zugunsten von { $class } (Gradient × Eingabe).
contribution-first-network = Im ersten der { $count } Netze.

## ui/panels/counterfactual

counterfactual-title = Ohne dieses Gewebe
counterfactual-paint-away = Übermalen
counterfactual-how = Gewebe übermalen und sehen, was das Netz sagen würde.
counterfactual-in-place = Ersetzen durch
counterfactual-lung = Lunge
counterfactual-air = Luft
counterfactual-blur = Unschärfe
counterfactual-brush = Pinsel
counterfactual-drag = In einer Ebene über das Gewebe ziehen: der Pinsel ist eine Kugel.
counterfactual-edited = { $voxels } Voxel sind verändert: kein CT. Keine Datei, kein Bild und keine Messung enthält sie.
counterfactual-show-ct = CT zeigen
counterfactual-show-edit = Verändertes zeigen
counterfactual-clear = Übermaltes löschen
counterfactual-being-asked = Das Netz wird befragt.
counterfactual-change = { $change } ohne es
counterfactual-both-first = beides vom ersten von { $count } Netzen

## ui/panels/occluding

occluding-title = Ohne einen Block
occluding-button = Auslassen
occluding-how = Einen Block Lunge über das Gewebe bewegen und sehen, was das Netz sagen würde.
occluding-side = Kante
occluding-change = { $before } → { $after } ({ $change })
occluding-first-short = erstes von { $count }
occluding-first-of = erstes von { $count } Netzen
occluding-without = Ohne den Block: { $moved }.
occluding-first-without = { $whose }, ohne den Block: { $moved }.
occluding-move = Den Zeiger über eine Ansicht bewegen.
occluding-told = Anstelle des Blocks steht Lunge. Ein Klick holt alle Ebenen zu ihm. Was zwei Stellen gemeinsam sagen, zeigt er nicht.

## ui/panels/crops

crops-own-range = Jeder Ausschnitt reicht von seinem dunkelsten bis zu seinem hellsten Voxel, wie in der Eingabe des Netzes. Spalten laufen nach rechts und Zeilen nach unten, wie im CT; das Netz selbst liest sie transponiert.
crops-resampled = Jeder Ausschnitt wurde auf 1 mm umgerechnet; −1000 HU ist schwarz und 400 HU weiß, wie in der Eingabe des Netzes. Spalten laufen nach rechts und Zeilen nach unten, wie im CT; das Netz selbst liest sie transponiert.
crops-features = Merkmalskarten
crops-attention = Aufmerksamkeit
crops-cases = Ähnliche Fälle
crops-title = Was das Netz sah
crops-slice = Schicht { $slice } / { $depth }
crops-slice-of-crops = Schicht der Ausschnitte
crops-saw-slice = Was das Netz sah, Schicht { $slice } von { $depth }
crops-asking = Das Netz wird befragt
crops-let-go = Loslassen, um das Netz zu befragen
crops-compares = Dieses Netz vergleicht zwei Zeitpunkte
crops-choose-prior = Eine Voraufnahme wählen
crops-press = { $key } über einem Rundherd drücken
crops-in-3d = { $key }: hier das Volumen in 3D
crops-empty = leer

## ui/panels/explanation

explanation-title = Erklärung
explanation-heatmap-on = Heatmap an
explanation-heatmap-off = Heatmap aus
explanation-coming = Die Karten werden berechnet.
explanation-none = Es gibt keine Karten. Neu befragen.
explanation-combined = Kombiniert
explanation-map = Karte
explanation-drawn-as = Gezeichnet als
explanation-area = Fläche
explanation-lines = Linien
explanation-lines-opaque = Linien sind deckend
explanation-opacity = Deckkraft
explanation-of-largest = { $share } des größten
explanation-threshold = Schwelle
explanation-first-network = Karten erklären das erste der { $count } Netze.
explanation-zero = Diese Karte ist überall null.
explanation-hold = { $key } halten, um das CT allein zu sehen.
explanation-pieces = Ein Wert für jedes von { $pieces } Gewebestücken, aus { $coalitions } Koalitionen davon.
explanation-added-up = Was die drei Ausschnitte von einem Voxel sagen, ist addiert: keine Interpolation.
explanation-each-voxel = Ein Wert für jedes Voxel dieses Ausschnitts: keine Interpolation.
explanation-own-cells = Die Karte des Netzes hat { $d } × { $h } × { $w } Zellen; Feineres ist Interpolation.
explanation-weighted = Die Karte jeder Skala, gewichtet mit ihrem Beitrag. Feineres ist Interpolation.
explanation-sum = Summe der Karten der drei Skalen; eine wählen, um ihre Zellen zu sehen. Feineres ist Interpolation.
explanation-signed = { " " }Orange spricht für die gefragte Klasse, Blau dagegen.
explanation-adds-up = { " " }Die Karte ergibt { $sum } Logits in der Summe, wo { $difference } zu erklären sind.
explanation-checking = Diese Karte wird geprüft.
explanation-check-tip = Vergleicht sie mit den Karten von Netzen, deren Schichten eine nach der anderen zufällig sind, und verdeckt die Stellen, auf die sie zeigt. Dauert Sekunden bis Minuten.
explanation-check = Diese Karte prüfen
explanation-alike = Rang { $rank }, Struktur { $structure }
explanation-another = Die Karte zufälliger Gewichte ist eine andere ({ $alike }).
explanation-like = Die Karte zufälliger Gewichte gleicht dieser ({ $alike }): sie sagt wenig darüber, was das Netz gelernt hat.
explanation-curves = Mittlere Wahrscheinlichkeit, während zuerst verdeckt wird, worauf sie zeigt: { $first }, in zufälliger Folge { $random }; zuerst aufgedeckt: { $back }, in zufälliger Folge { $back_random }.
explanation-method = Verfahren
explanation-computing = Karten werden berechnet
explanation-stop = Berechnung abbrechen

## ui/panels/fields

fields-unknown = unbekannt
fields-title = Klinische Felder
fields-from-files = Wie in den Dateien
fields-known = Was bekannt ist, kommt aus den Dateien.
fields-number-needed = Eine Zahl von { $low } bis { $high } ist nötig.

## ui/panels/findings

findings-empty = Befragte Rundherde stehen hier.
findings-two = Nebeneinander
findings-press = { $key } über einem Rundherd drücken, um das Netz danach zu befragen.
findings-running = läuft
findings-failed = gescheitert
findings-cancelled = abgebrochen
findings-needs-prior = braucht Voraufnahme
findings-no-nodule = kein Rundherd
findings-too-large = zu groß
findings-untrained = untrainiert
findings-prior = Voraufnahme { $value }
findings-asked-of = gefragt: { $model }
findings-row = Rundherd { $number }, { $place }, { $value }{ $there }
findings-nodule = Rundherd { $number }
findings-show = { $place }
    Klicken, um ihn in allen drei Ebenen zu zeigen

## ui/panels/histogram

histogram-black = Schwarz ab
histogram-centre = Fensterzentrum
histogram-white = Weiß ab
histogram-waiting = Die Werte werden gezählt, wenn alle Schichten da sind.
histogram-width = Fensterbreite
histogram-window-centre = Zentrum des Fensters

## ui/panels/left

left-series = Serien
left-findings = Befunde
left-measurements = Messungen

## ui/panels/measurements

measurements-press = { $key } drücken und ziehen, um eine Länge zu messen.
measurements-copy = Kopieren
measurements-export = Exportieren
measurements-show = { $name }
    Klicken, um sie in allen drei Ebenen zu zeigen
measurements-voxels = Voxel
measurements-positions = Positionen
measurements-one-slice = Diese Werte sind aus einer Schicht gelesen und nicht aus dem gezeigten Slab.
measurements-remove = Entfernen
measurements-name = Name der Messung
measurements-text = Text
measurements-histogram = Histogramm der Werte

## ui/panels/mode

mode-input = Eingabe

## ui/panels/neighbourhood

around-asking = Umgebung wird befragt
around-stop = Befragung abbrechen
around-again = Umgebung neu befragen
around-ask = Umgebung befragen
around-how-many = Wie viele Stellen entlang jeder Achse und in welchem Abstand
around-places = { $centres } × { $centres } × { $centres } Stellen
around-apart = { $step_mm } mm Abstand
around-title = Wenn der Klick danebenläge
around-dots-on = Punkte an
around-dots-off = Punkte aus
around-by = Um { $voxels } Voxel
around-mean = Mittel { $mean }, { $low } bis { $high }
around-same-side = Auf derselben Seite von 0.5
around-changes = Änderung unter 0.1
around-so-far-first = Bisher vom ersten von { $count } Netzen.
around-so-far = Bisher von { $members } von { $count } Netzen.
around-outside = { $places } Stellen liegen außerhalb des Volumens.
around-at-least = { " " }mindestens
around-not-even = nicht einmal an der nächsten Stelle
around-within = innerhalb von { $radius } mm{ $least }
around-colours = Farben der Punkte: blau 0, dunkel 0.5, orange 1

## ui/panels/network

network-title = Netz
network-asked = Das Netz, das nach Rundherden befragt wird
network-weights = Netze und Gewichte
network-answer-of = Diese Antwort ist von { $model }.
network-others = Andere daneben befragen
network-also = auch { $others }
network-cannot = nicht befragbar
network-asked-weights = { $asked }; Gewichte { $weights }
crops-crop = Ausschnitt { $name }, { $voxels }, { $mm }{ $moved }
answer-undecided = Das Netz entscheidet hier nicht.
answer-all-undecided = Die Netze entscheiden hier nicht.
answer-leans = Das Netz neigt zu { $class }.
answer-all-lean = Die Netze neigen zu { $class }.
answer-readers-tip = Radiologen bewerten Malignität von 1, sehr unwahrscheinlich, bis 5, sehr verdächtig. Mittelwert und Streuung der Bewertungen sagt das Netz selbst voraus: niemand hat diesen Rundherd bewertet.

## ui/panels/pet

pet-loading = Sie wird geladen.
pet-lay = Über die Serie legen
pet-another-frame = Anderes Bezugssystem: ob sie passt, ist nicht bekannt.
pet-on = PET an
pet-off = PET aus
pet-close = Schließen
pet-opacity = Deckkraft
pet-from = Von
pet-to = Bis

## ui/panels/prior

prior-choose = Voraufnahme wählen…
prior-title = Voraufnahme
prior-close = Voraufnahme schließen
prior-close-beside = Serie daneben schließen
prior-needs = { $network } vergleicht zwei Zeitpunkte: es braucht eine frühere Serie desselben Patienten und denselben Rundherd darin markiert.
prior-input = Eingabe
prior-lower-left = Unten links
prior-slices = { $slices } Schichten
prior-loading = Voraufnahme wird geladen
prior-stop = Laden der Voraufnahme abbrechen
prior-mark-first = Den Rundherd erst in der aktuellen Serie markieren, dann in der Voraufnahme.
prior-now = Jetzt
prior-remove-mark = Markierung in der Voraufnahme entfernen
prior-click-same = Denselben Rundherd in der Voraufnahme anklicken oder dort darauf zeigen und { $key } drücken.
prior-click-with-tool = Denselben Rundherd in der Voraufnahme mit dem Werkzeug Rundherd anklicken oder dort darauf zeigen und { $key } drücken.
prior-elsewhere = Er ist in einer anderen Voraufnahme markiert, die nicht geöffnet ist.
prior-unlinked = Ungekoppelt
prior-by-frame = Nach System
prior-by-hand = Von Hand
prior-linked-by-hand = Von Hand gekoppelt
prior-slices-and-zoom = Schichten und Zoom
prior-bring = Beide an dieselbe Stelle bringen, dann koppelt { $key } sie. Nichts wird registriert.
prior-of-this-case = Eine Serie dieses Falls
prior-on-screen = wird gezeigt
prior-no-volume = kein CT-Volumen
prior-of = Voraufnahme: { $name }
prior-path = Pfad der Voraufnahme
prior-load = Voraufnahme laden

## ui/panels/right

right-empty = Was das Netz zu einem Rundherd sagt, erscheint hier.
right-none-selected = Kein Rundherd ist gewählt
right-press = Auf einen Rundherd zeigen und { $key } drücken, oder mit dem Werkzeug Rundherd hineinklicken.
right-preparing = Das Netz wird vorbereitet.
right-let-go = Loslassen, um das Netz hier zu befragen.
right-stopped = Abgebrochen, bevor es eine Antwort gab.
right-model-card = Modellkarte
right-nodule = Rundherd { $number }
right-remove = Rundherd entfernen
right-again = Neu befragen
right-again-tip = Das Netz nach dieser Stelle neu befragen
right-asking = Das Netz wird befragt
right-cancel = Abbrechen

## ui/panels/seen

seen-window = 12 Schichten, Zeile für Zeile
seen-axial = axial: danach befragt
seen-coronal = koronar: für diese Antwort nicht gelesen
seen-prior = Voraufnahme: 16 Schichten von 1 mm
seen-current = aktuell: dieselbe Stelle
seen-title = Was das Netz sah
seen-forest = Sein Forest antwortet
seen-head = Sein Detektionskopf antwortet
seen-whole-slice = { $by }, aus dem, was der Transformer daraus macht.
seen-box = Der Kopf gibt für jede Schicht einen Rahmen, was er auch von ihr sagt: hier { $score }.
seen-slice = Schicht { $slice }
seen-attended = Am stärksten beachtete Schichten
seen-share = % seiner Beachtung
seen-unknown = { $field } (unbekannt)
seen-each-field = Beitrag jedes klinischen Felds
seen-class-asked = die gefragte Klasse
seen-right = Rechts: zugunsten von { $class }.
seen-whole = die ganze axiale Schicht

## ui/panels/segments

segments-title = Segmente
segments-shown = Sichtbar
segments-hidden = Verborgen
segments-filled = Gefüllt
segments-filled-tip = Gefüllt, außer ihren Umrissen
segments-export = Exportieren
segments-brush = Pinsel
segments-eraser = Radierer
segments-new = Neu
segments-across = { $size } mm breit
segments-size = Größe
segments-wheel = Das Mausrad mit Alt ändert sie, ebenso [ und ]
segments-shape = Form des Pinsels
segments-ball = Kugel
segments-in-plane = In der Ebene
segments-values = Werte
segments-all-values = Alle Werte
segments-in-range = In einem Bereich
segments-from = Von
segments-highest = Höchster Wert, der gemalt wird
segments-to = bis
segments-lowest = Niedrigster Wert, der gemalt wird
segments-takes = { $here } über Gewebe übernimmt dessen Werte.
segments-empty = leer
segments-show = { $name } zeigen
segments-hide = Verbergen
segments-show-it = Zeigen
segments-draw-in = { $name }
    Klicken, um darin zu zeichnen und es in allen drei Ebenen zu zeigen
segments-name = Name des Segments
segments-drag = { $key }, dann in einer Ebene ziehen, um es zu zeichnen.
segments-voxels = Voxel
segments-unknown = { $unknown } Voxel ohne bekannten Wert fehlen in den Werten.
segments-remove = Segment entfernen

## ui/panels/series

series-empty = Die Serien eines Ordners stehen hier.
series-no-patient = Kein Patient genannt
series-study = Studie { $number }
series-one-passed = 1 Datei übergangen
series-passed = { $n } Dateien übergangen
series-more = und { $more } weitere
series-report = Ein Bericht, kein Bild: Triscope führt ihn auf und zeigt ihn nicht.
series-of-another = Auf einer anderen Serie gezeichnet: es erscheint über dieser und über Serien ihres Bezugssystems.
series-over = Es erscheint über der Serie, auf die es verweist.
series-number = Serie { $number }
series-no-name = Serie ohne Namen
series-beside = Daneben: { $name }
series-lay-beside = Neben der gezeigten Serie zeigen
series-leave-beside = Nicht mehr daneben zeigen

## ui/panels/slice_scan

scan-title = Schichtsuche
scan-stop = Suche abbrechen
scan-one-in = Eine Schicht von
scan-go-on = Weiter suchen
scan-again = Neu suchen
scan-scan = Schichten durchsuchen
scan-forget = Suche vergessen
scan-from = Kandidaten ab
scan-none = Keine Schicht erreicht diesen Wert.
scan-more = und { $more } weitere, weniger sicher
scan-partial = Unvollständig: { $known } von { $total } Schichten wurden befragt.
scan-every = Eine Schicht von { $every }: was dazwischen liegt, wurde nicht befragt.
scan-compact = Funde eines kompakten Netzes, { $model }: nicht die des veröffentlichten.
scan-forest = Sein Forest urteilt über ganze Schichten: Kandidaten haben keinen Rahmen.
scan-slice = Schicht { $first }
scan-slices = Schichten { $first } bis { $last }
scan-candidate = Kandidat { $number }, { $slices }, { $score }
scan-show = { $place }
    Klicken, um ihn in allen drei Ebenen zu zeigen

## ui/panels/status

status-outside = außerhalb des Volumens
status-point = Auf ein Bild zeigen für Ort und Wert
status-voxel = Voxel { $i }, { $j }, { $k }
status-not-now = { $name }: hier jetzt nicht möglich
status-cancel = Abbrechen
status-cancel-what = Abbrechen: { $what }
status-more = { " " }(und { $more } weitere)
status-looking = Serien werden gesucht
status-example = Das Beispiel wird erzeugt
status-slices = Schichten werden geladen
status-asking = Das Netz wird befragt
status-writing = Die Datei wird geschrieben
status-cutting = Bilder werden zugeschnitten
status-prior-loading = Voraufnahme wird geladen
status-checking = Prüft die Karte
status-maps = Karten werden berechnet
status-same-again = Dasselbe wird neu befragt
status-around = Umgebung wird befragt
status-scanning = Schichten werden durchsucht
status-structures = Gezeichnetes anderer wird gelesen
status-pet = Die PET wird geladen
status-weights = Gewichte werden gelesen
status-importing = Gewichte werden importiert
status-memory = Speicher { $bytes }
status-textures = Texturen

## ui/panels/structures

structures-title = Strukturen
structures-on = Umrisse an
structures-off = Umrisse aus
structures-no-name = ohne Namen
structures-another-series = Auf einer anderen Serie desselben Bezugssystems gezeichnet.
structures-being-read = Es wird gelesen.
structures-not-read = Es konnte nicht gelesen werden.
structures-structure = Struktur { $number }
structures-show = { $name } zeigen
structures-go = Zu { $name } gehen
structures-hide = Umriss verbergen
structures-show-it = Umriss zeigen
structures-click = Klicken, um sie in allen drei Ebenen zu zeigen

## ui/panels/take_away

take-tip = Eine Abbildung für den Druck oder die Karten als DICOM-Dateien.
take-save = Karten speichern

## ui/panels/uncertainty

otherwise-turned-tip = Gedreht und gespiegelt: das Gelesene in seinen anderen Lagen, was keinen Unterschied machen sollte.
otherwise-dropout-tip = Mit Dropout: die Fusion ohne zufällige Werte, wie beim Lernen; wie viel an einzelnen Werten hängt.
otherwise-no-interval = Keine Konfidenzintervalle: beide können eng um eine falsche Antwort liegen.
otherwise-asking = Dasselbe wird neu befragt
otherwise-stop = Befragung abbrechen
otherwise-ask = Anders befragen
otherwise-title = Dasselbe, anders befragt
otherwise-mean = Mittel { $mean }, { $low } bis { $high }
otherwise-turned = Gedreht
otherwise-dropout = Mit Dropout
series-pictures = { $n ->
    [one] { $n } Bild
   *[other] { $n } Bilder
}
series-slices = { $n ->
    [one] { $n } Schicht
   *[other] { $n } Schichten
}
explanation-compute-about = berechnen, etwa { $seconds } s
explanation-compute = berechnen
explanation-no-map = Keine

## ui/panels/prior_marks

prior-marks-title = In der Voraufnahme
prior-marks-empty = leer
prior-marks-show = { $name } der Voraufnahme zeigen
prior-marks-draw = Klicken, um darin zu zeichnen
prior-marks-remove = Aus der Voraufnahme entfernen
