### Zeichen auf Bildern, und was von Orten, Größen und Zeiten gesagt wird.

## ui/words

words-oblique = Schräg
words-oblique-from = Schräg, { $degrees }° gegen { $plane }
words-from-middle = { $mm } mm von der Mitte
words-slice = { $plane }, Schicht { $index } von { $total }, { $position } mm
words-plane = Ebene { $plane }
words-volume = 3D, { $preset }, von { $from } gesehen
words-place = { $what } bei { $place }, { $value } { $unit }
words-no-value = { $what } bei { $place }, kein Wert
words-axial = Axial
words-coronal = Koronar
words-sagittal = Sagittal
words-maximum = Maximum
words-minimum = Minimum
words-mean = Mittelwert
words-voxels = { $x } × { $y } × { $z } Vox
words-shifted = versetzt { $most } Vox
words-padded = ergänzt { $what }
words-and = { " " }und{ " " }
words-badge-uneven-mended = Ungleicher Abstand, umgerechnet
words-badge-tilt-mended = Gekippte Gantry, umgerechnet
words-badge-lossy = Verlustbehaftet komprimiert
words-badge-doubled = Doppelte Schichten
words-badge-hu-assumed = HU angenommen
words-badge-kernels = Mehrere Faltungskerne
words-badge-padding = Füllwerte
words-badge-no-window = Kein Fenster in der Datei
words-badge-uneven = Ungleicher Abstand
words-badge-missing = Fehlende Schichten
words-badge-tilt = Gekippte Gantry
words-badge-conflicting = Widersprüchliche Schichten
words-badge-sizes = Gemischte Schichtgrößen
words-badge-truncated = Abgeschnittene Schichten
words-badge-orientations = Mehrere Orientierungen
words-badge-phases = Mehrere Phasen
words-badge-single = Einzelne Schicht
words-badge-one-position = Eine Position
words-badge-no-position = Keine Position
words-badge-not-ct = Kein CT
words-badge-no-hu = Keine Hounsfield-Einheiten
words-badge-no-rescale = Kein Rescale
words-badge-compression = Kompression nicht unterstützt
words-badge-unread = Nicht lesbar
words-badge-no-pixels = Keine Bilddaten
words-just-now = gerade eben
words-true-size = Lebensgröße ({ $dpi })
words-calibrated = kalibriert
words-screen-says = laut Bildschirm
words-assumed = angenommen
words-dpi = { $dpi } dpi, { $source }
words-turned = gedreht um { $degrees }°
words-from-other-side = von der anderen Seite
words-malignancy = Maligne oder benigne
words-squamous = Adenokarzinom oder Plattenepithelkarzinom
words-granuloma = Adenokarzinom oder Granulom
words-slice-nodule = Rundherd in der Schicht oder keiner
words-another-question = Eine andere Frage
words-own-gate = Sein eigenes Gate
words-own-attention = Seine Beachtung
words-for-and-against = Dafür und dagegen
words-difference = Differenz zweier Verfahren
words-map = Karte
pair-picture-network = Netz { $network }; Gewichte { $weights }.
pair-picture-point = Gefragter Punkt: { $place }.
words-beside = Daneben
words-beside-of = { $modality } daneben
words-prior = Voraufnahme
words-minus = { $first } minus { $second }
words-combined = { $method }, kombiniert
words-linked-frame = gekoppelt: gleiches Bezugssystem
words-linked-by-hand = von Hand gekoppelt: { $x }, { $y }, { $z } mm

## ui/viewport/canvas

canvas-second = { $pane }, zweite Karte
canvas-pointer = Zeiger
canvas-cursor = Fadenkreuz
canvas-map = ; Karte: { $name }

## ui/viewport/compose

compose-pet-another-frame = PET mit anderem Bezugssystem

## ui/viewport/overlay/colour_bar

bar-untrained-map = untrainierte Gewichte: diese Karte bedeutet nichts
bar-untrained = untrainierte Gewichte
bar-caution-long = Guided Backpropagation besteht Randomisierungstests nicht: Solche Karten hängen kaum von dem ab, was das Netz gelernt hat
bar-caution = dieses Verfahren besteht Randomisierungstests nicht
bar-caution-short = besteht Randomisierungstests nicht
bar-both = beide Karten

## ui/viewport/overlay/corners

corner-prior = Voraufnahme, { $plane }
corner-zoom = Zoom { $zoom }
corner-one-to-one = 1:1, ein Pixel je Voxel
corner-nearest = nächstes Voxel
corner-cubic = kubisch (Catmull-Rom)
corner-sharpened-light = geschärft, leicht
corner-sharpened-strong = geschärft, stark
corner-inverted = invertiert
corner-reduced = { $icon } Mit 1/{ $share } der Auflösung gezeigt
corner-oblique-acquisition = { $icon } Schräge Aufnahme, { $degrees }°
corner-strip = Nur { $slices } Schichten: ein Streifen in dieser Ebene
corner-lossy = Verlustbehaftet
corner-loading = Die erste Schicht wird geladen

## ui/viewport/overlay/painted

painted-edited = verändert: kein CT
painted-edited-slab = verändert: kein CT; der Slab zeigt das CT

## ui/viewport/overlay/volume

volume-waiting = 3D, wenn alle Schichten da sind
volume-zoom = Zoom { $zoom }
volume-moved = Farben verschoben um { $by } HU
volume-no-skin = Ohne Haut und Tisch
volume-no-table = Ohne Tisch
volume-cut = Schnitt: { $cuts }
volume-around = { $mm } mm um das Fadenkreuz
volume-crop-box = Quader
volume-averaged = Je { $voxels } Voxel gemittelt

## ui/viewport/pair

pair-ct-alone = CT allein



## ui/viewport/prior

prior-view-cursor = Fadenkreuz
prior-view-pointer = Zeiger
prior-view-said = { $name }, { $plane }{ $linked }; { $place }

## ui/viewport/scores

scores-title = Werte der Schichten{ $said }
scores-not-asked = noch nicht befragt
scores-slice = Schicht { $slice }: { $score }

## ui/viewport/volume

volume-menu = 3D-Menü
words-columns = { $n ->
    [one] { $n } Spalte
   *[other] { $n } Spalten
}
words-rows = { $n ->
    [one] { $n } Zeile
   *[other] { $n } Zeilen
}
words-slices = { $n ->
    [one] { $n } Schicht
   *[other] { $n } Schichten
}
words-minutes-ago = { $n ->
    [one] vor { $n } Minute
   *[other] vor { $n } Minuten
}
words-hours-ago = { $n ->
    [one] vor { $n } Stunde
   *[other] vor { $n } Stunden
}
words-days-ago = { $n ->
    [one] vor { $n } Tag
   *[other] vor { $n } Tagen
}
words-count = { $n ->
    [0] null
    [1] ein
    [2] zwei
    [3] drei
    [4] vier
    [5] fünf
    [6] sechs
    [7] sieben
    [8] acht
    [9] neun
    [10] zehn
   *[other] { $n }
}
words-segment = Segment

## ui/viewport/prior

prior-view-before-first = vor ihrer ersten Schicht
prior-view-after-last = hinter ihrer letzten Schicht
