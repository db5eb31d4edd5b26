### Leisten, Menüs, Mitte, Meldungen und Zustände des Programmfensters.

## ui/panels/open_menu

open-open = Öffnen
open-path-of = Pfad eines Ordners oder einer Datei
open-open-path = Pfad öffnen
open-type-path = Einen Pfad eingeben oder einfügen
open-recent = Zuletzt geöffnet

## ui/panels/slab_menu

slab-off = Slab aus
slab-off-short = Aus
slab-tip = Dicke des Slabs: eingeben, ziehen oder das Mausrad mit Alt über einem Bild drehen
slab-thickness-of = Dicke des Slabs
slab-thickness = Dicke

## ui/panels/top

top-heatmap = Heatmap
top-boxes = Rahmen
top-report = Bericht
top-research = Nur Forschung. Kein Medizinprodukt.
top-research-lines = Nur Forschung.
    Kein Medizinprodukt.
top-keys = Tasten

## ui/panels/top_menus

menu-measure = Messen
menu-measure-tip = Messen: Längen, Winkel, Werte in Regionen, Pfeile; Segmente zeichnen
menu-single = Einzeln
menu-dates = Zeitpunkte
menu-maps = Karten
menu-layout-tip = Anordnung: wie die Ansichten beieinander liegen
menu-view = Anzeige
menu-view-tip = Anzeige: Text, Leisten, Aussehen, Bild, Rückgängig
menu-pace = Schichten in der Sekunde
menu-interpolation = Interpolation
menu-sharpening = Schärfung
menu-pictures = Bilder und Filme
menu-no-graphics = Kein Grafikgerät
menu-devices = Benutzte Geräte
menu-drawing = Zeichnen
menu-software = Kein Grafikprozessor ist in Gebrauch: Bilder zeichnet der Hauptprozessor. Alles geht, nur langsamer.
menu-cannot-use = { $wanted } wurde gewählt, ist hier aber nicht benutzbar.
menu-network = Netz
menu-not-asked = Noch nicht befragt
menu-starting = Startet
menu-runs-on = Läuft auf
menu-through = Backend
menu-device = Gerät: { $name }

## ui/panels/volume_menu

volume-menu-tip = 3D-Ansicht: Farben, Seiten, Schnitte. Ziehen dreht, Strg+Ziehen rollt
volume-menu-cut = Schnitt
volume-menu-moved = Farben verschoben um
volume-menu-cube = Seite des Würfels
volume-menu-from = Gesehen von

## ui/panels/window_menu

window-menu-of-file = Aus der Datei
window-menu-window = Fenster
window-menu-tip = Fenster: Breite / Zentrum in der Einheit des Volumens; Voreinstellungen, Histogramm, Farben
window-menu-colours-tip = Farben, für andere Modalitäten als CT
window-menu-colours = Farben
window-menu-kept = Fenster { $number }
window-menu-file-window = Aus der Datei: { $name }, { $numbers }
window-menu-file-tip = Von den Dateien der Serie empfohlen
window-menu-forget = { $name } vergessen
window-menu-name = Name für dieses Fenster
window-menu-keep = Behalten

## scene

keys-or = { " oder " }

## ui/centre

centre-left-right = Teiler zwischen links und rechts
centre-top-bottom = Teiler zwischen oben und unten

## ui/report/mod

report-back = Zurück zum CT
report-leave = Verlassen
report-training = Training
report-evaluation = Auswertung
report-last-epoch = Letzte Epoche
report-written = Geschrieben
report-unfinished = Dieser Lauf ist nicht beendet. Sein Ordner wird alle drei Sekunden angesehen.

## ui/report/sheet

report-false-positives = Falsch positive
report-false-positives-are = als negativ bezeichnet, positiv beantwortet
report-false-negatives = Falsch negative
report-false-negatives-are = als positiv bezeichnet, negativ beantwortet
report-case = { $case }: Wahrscheinlichkeit { $probability }, { $facts }
report-not-in-manifest = Nicht im Manifest
report-waiting = Wartet auf sein Bild
report-case-tip = { $case }
    Wahrscheinlichkeit { $probability }, wie geantwortet
    { $facts }
report-click = { "" }
    Klicken, um ihn mit dem Fadenkreuz am Rundherd zu öffnen
report-no-ratings = keine Bewertungen
report-rated = bewertet { $ratings }

## ui/states/notices

notices-dismiss = Schließen
notices-take-away = Diese Meldung entfernen
notices-does-not-fit = Dieses Volumen passt nicht in den Grafikspeicher, auch nicht verkleinert.
    In der oberen Leiste ein anderes Gerät wählen.

## ui/states/opening

opening-title = Wird geöffnet
opening-starting = Beginnt
opening-cancel = Abbrechen

## ui/states/trouble

trouble-not-opened = Dies konnte nicht geöffnet werden
trouble-passed = { $skipped } Dateien wurden angesehen und übergangen.
trouble-coloured-pictures = Dies sind farbige Bilder
trouble-coloured-picture = Dies ist ein farbiges Bild
trouble-not-in-planes = Diese Serie kann nicht in drei Ebenen gezeigt werden
trouble-places-unknown = Die Orte ihrer Schichten sind nicht bekannt.
trouble-open-several = Eine Serie aus mehreren parallelen Schichten gleicher Größe öffnen.
trouble-largest = Die größte brauchbare Serie zeigen
trouble-another-folder = Einen anderen Ordner öffnen
trouble-scout = Ein Übersichtsbild oder Einzelbild hat keine Tiefe. Den Ordner mit der ganzen Serie öffnen.
trouble-one-position = Diese Bilder wurden an einem Ort nacheinander aufgenommen: Zwischen ihnen liegt nichts, aus dem Ebenen entstehen. Die Bilder unten durchblättern oder eine Serie des Volumens öffnen.
trouble-export-headers = Die Serie mit ihren ursprünglichen Kopfdaten neu aus dem Archiv exportieren: Positionen wurden entfernt.
trouble-export-uncompressed = Die Untersuchung unkomprimiert neu exportieren (Explicit VR Little Endian).
trouble-headers-alone = Diese Dateien enthalten nur Kopfdaten. Die Bilder selbst exportieren.

## ui/states/welcome

welcome-title = Ein Thorax-CT öffnen
welcome-what = In drei verbundenen Ebenen lesen, einen Rundherd anklicken und sehen, was das Netz sagt und warum. Nichts verlässt diesen Rechner.
welcome-drop-folder = Oder einen Ordner in dieses Fenster ziehen, oder seinen Pfad eingeben:
welcome-go-on = Mit der letzten Sitzung weitermachen
welcome-recent = Zuletzt geöffnet
welcome-folder-tip = DICOM, beliebig tiefe Ordner, mehrere Serien ({ $key })
welcome-folder = Ordner öffnen
welcome-example-tip = Ein Phantom-Thorax mit bekannten Rundherden, beim ersten Mal erzeugt
welcome-example = Beispiel öffnen
welcome-drop = Zum Öffnen loslassen

## app/dialogs

dialog-folder = CT-Ordner öffnen
dialog-prior-folder = Ordner der Voraufnahme wählen
dialog-prior-files = Dateien der Voraufnahme wählen
dialog-figure = Abbildung speichern
dialog-png = PNG-Bild
dialog-maps = Ordner für die Karten wählen
dialog-import = Gewichte importieren
dialog-weights = Gewichte
dialog-all-files = Alle Dateien
dialog-cases = Eigene Fälle dazu
dialog-cases-filter = Fälle
dialog-files = CT-Dateien öffnen
dialog-open-session = Sitzung öffnen
dialog-session = Triscope-Sitzung
dialog-save-session = Sitzung speichern
dialog-measurements = Messungen exportieren
dialog-table = Tabelle
dialog-film = Film speichern
dialog-gif = Animiertes GIF
dialog-pngs = Nummerierte PNG-Bilder
dialog-segments = Segmente exportieren
dialog-segments-with-patient = Segmente mit Patient und Studie exportieren
dialog-nifti = NIfTI-Labelkarte
dialog-dicom-seg = DICOM-Segmentierung
dialog-dicom-seg-without = DICOM-Segmentierung, ohne Patient
dialog-picture = Bild speichern
dialog-dicom = DICOM-Bild, ohne den Patienten

## ui/states/pages

pages-picture-of = Bild { $number } von { $total }
pages-as-stored-colours = { $which }, wie gespeichert: es enthält Farben und keine Hounsfield-Einheiten. Es hat keine Ebenen, nichts darin kann gemessen und kein Netz danach befragt werden.
pages-as-stored = { $which }, wie gespeichert, um zu sehen, was es ist: es hat keine Ebenen, nichts darin kann gemessen und kein Netz danach befragt werden.
pages-before = Voriges Bild
pages-next = Nächstes Bild
pages-picture = Das Bild
