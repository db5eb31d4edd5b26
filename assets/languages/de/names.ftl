### Namen, die Räume unter dem Programmfenster den Dingen geben.

## Gruppen von Befehlen

group-file = Datei
group-slices-and-series = Schichten und Serien
group-tools-left-drag-or-click = Werkzeuge (linke Taste)
group-measuring = Messen
group-segments = Segmente
group-window-presets = Fenster
group-of-others-over-the-picture = Von anderen, über dem Bild
group-display = Anzeige
group-3d-view = 3D-Ansicht
group-nodules = Rundherde
group-changes = Änderungen
group-interface = Oberfläche

## Werkzeuge

tool-window = Fensterung
tool-pan = Verschieben
tool-zoom = Zoomen
tool-crosshair = Fadenkreuz
tool-nodule = Rundherd
tool-paint-away = Übermalen
tool-leave-out = Auslassen
tool-segment-brush = Segmentpinsel
tool-segment-eraser = Segmentradierer

## Arten von Messungen

kind-length = Länge
kind-bidirectional = Zwei Durchmesser
kind-angle = Winkel
kind-cobb-angle = Cobb-Winkel
kind-ellipse = Ellipse
kind-rectangle = Rechteck
kind-polygon = Vieleck
kind-probe = Messpunkt
kind-arrow = Pfeil
kind-note = Notiz

## Ebenen

plane-axial = Axial
plane-coronal = Koronar
plane-sagittal = Sagittal

## Von wo das Volumen in 3D gesehen wird

side-front = Vorn
side-back = Hinten
side-left = Links
side-right = Rechts
side-above = Oben
side-below = Unten

## Wie Ansichten beieinander liegen

arrangement-2-2 = 2 × 2
arrangement-1-3 = 1 + 3
arrangement-3-in-a-row = 3 nebeneinander

## Text in den Ecken

corner-full-text = Aller Text
corner-without-patient = Ohne Patient
corner-no-text = Kein Text

## Zwischen Voxeln

interpolation-nearest = Nächstes
interpolation-linear = Linear
interpolation-cubic = Kubisch
sharpening-off = Aus
sharpening-light = Leicht
sharpening-strong = Stark

## Fenster

preset-soft-tissue = Weichteile
preset-lung = Lunge
preset-bone = Knochen
preset-mediastinum = Mediastinum
preset-vessel = Gefäß
preset-suv-0-to-6 = SUV 0 bis 6
preset-suv-0-to-10 = SUV 0 bis 10
preset-full-range = Alle Werte

## Farben

colours-grey = Grau
colours-hot-iron = Glut
colours-inferno = Inferno
colours-diverging = Gegenläufig

## Farben der 3D-Ansicht

volume-preset-lung = Lunge
volume-preset-vessel = Gefäße
volume-preset-bone = Knochen
volume-preset-surface = Oberfläche
volume-preset-nodule = Rundherd
volume-preset-mip = MIP

## Was ein Netz liest

region-micro = Mikro
region-meso = Meso
region-macro = Makro
region-window = Fenster
region-axial = axial
region-coronal = koronar
region-current = aktuell
region-prior = Voraufnahme
region-slice = Schicht

## Skalen einer Karte

scale-micro = Mikro
scale-meso = Meso
scale-macro = Makro

## Wie eine Eingabe vorbereitet wird

mode-paper = publiziert
mode-clinical = klinisch

## Filme

film-all-slices = Alle Schichten
film-around-the-nodule = Um den Rundherd
film-a-turn-in-3d = Drehung in 3D

## Was andere gezeichnet haben

object-segmentation = Segmentierung
object-contours = Konturen
object-report = Bericht

## Klinische Felder

field-sex = Geschlecht
field-age = Alter
field-weight = Gewicht
field-t-stage = T-Stadium
field-n-stage = N-Stadium
field-m-stage = M-Stadium
field-smoking = Rauchen
field-race = Herkunft
field-first-screening-result = erstes Screening-Ergebnis
field-first-screening-result-read-by-itself = erstes Screening-Ergebnis, für sich gelesen

## Werte klinischer Felder

choice-female = weiblich
choice-male = männlich
choice-never = nie
choice-former = früher
choice-current = aktuell
choice-white = weiß
choice-black = schwarz
choice-asian = asiatisch
choice-american-indian = indianisch (Amerika)
choice-pacific-islander = pazifische Inseln
choice-several-races = mehrere
choice-negative = negativ
choice-minor-abnormality = leicht auffällig
choice-significant-abnormality = deutlich auffällig
choice-positive = positiv

## Gemessene Werte

quantity-length = Länge
quantity-long-axis = Lange Achse
quantity-short-axis = Kurze Achse
quantity-angle = Winkel
quantity-cobb-angle = Cobb-Winkel
quantity-value = Wert
quantity-area = Fläche
quantity-mean = Mittelwert
quantity-sd = SD
quantity-minimum = Minimum
quantity-maximum = Maximum
quantity-volume = Volumen
quantity-longest-diameter = Längster Durchmesser
quantity-longest-diameter-in-a-slice = Längster Durchmesser einer Schicht

## Tasten

key-ctrl = Strg
key-alt = Alt
key-shift = Umsch
key-up = Auf
key-down = Ab
key-left = Links
key-right = Rechts
key-home = Pos1
key-end = Ende
key-pageup = Bild auf
key-pagedown = Bild ab
key-space = Leertaste
key-escape = Esc
key-delete = Entf
key-plus = Plus
