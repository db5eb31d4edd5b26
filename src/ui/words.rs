//! Numbers and facts as people read them: positions, sizes, slices, defects in two words.
//!
//! Used by corner text, status bar, panels and accessible values, so that they cannot differ.

use std::borrow::Cow;

use super::methods;
use crate::command::Shortcut;
use crate::explain::{DIFFERENCE, Method, Saliency};
use crate::geometry::{Patient, Plane, Point, VoxelGrid, direction_letters};
use crate::inference::Region;
use crate::ingest::{Defect, DefectCode};
use crate::language::named;
use crate::measure::Kind;
use crate::say;
use crate::session::{
    Compared, PriorSeries, Projection, SeriesLink, Session, Slab, Turn, VolumeView, is_earlier,
};
use crate::view::{ResolvedView, Screen, ScreenSource};
use crate::volume::{Volume, Window};

/// What a measurement or a segment is called: as it was named, or by its kind and number in the language of
/// the window. The name that is written into files stays as it is.
pub fn given_name(name: &str) -> Cow<'_, str> {
    let by_itself = name.rsplit_once(' ').filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    match by_itself {
        Some(("Segment", number)) => format!("{} {number}", say!("words-segment")).into(),
        Some((kind, number)) if Kind::ALL.iter().any(|known| known.label() == kind) => {
            format!("{} {number}", named("kind", kind)).into()
        }
        _ => name.into(),
    }
}

/// The keys of a command, as they stand on a keyboard of the reader's country.
pub fn key(shortcut: &Shortcut) -> String {
    let text = shortcut.to_string();
    // The key of `+` is a word, so that every other plus joins.
    text.split('+').map(|part| named("key", part)).collect::<Vec<_>>().join("+")
}

/// `R 57.3   P 131.3   F 520.6 mm`: how far to which side of the origin (LPS).
pub fn patient_position(p: Point<Patient>) -> String {
    let part =
        |v: f64, plus: char, minus: char| format!("{} {:.1}", if v < 0.0 { minus } else { plus }, v.abs());
    format!("{}   {}   {} mm", part(p.x, 'L', 'R'), part(p.y, 'P', 'A'), part(p.z, 'H', 'F'))
}

/// `160 / 275   -520.6 mm`.
pub fn slice_position(view: &ResolvedView) -> Option<String> {
    slice_numbers(view).map(|parts| parts.join("   "))
}

/// Both parts of [`slice_position`].
pub fn slice_numbers(view: &ResolvedView) -> Option<[String; 2]> {
    let slice = view.slice?;
    Some([format!("{} / {}", slice.index + 1, slice.total), format!("{} mm", signed(slice.position_mm, 1))])
}

/// `Oblique, 21° from coronal`: a plane of none of the three directions, by the one that it came from.
pub fn oblique(view: &ResolvedView, home: Option<Plane>) -> String {
    match home.map(|home| (home, angle_deg(view, home))) {
        Some((home, degrees)) => {
            let home = plane_label(home).to_lowercase();
            say!("words-oblique-from", plane = home, degrees = format!("{degrees:.0}"))
        }
        None => say!("words-oblique").to_owned(),
    }
}

/// `+12.3 mm from the middle`: where a plane of none of the three directions lies, along its own normal, which
/// points away from who looks.
pub fn from_middle(view: &ResolvedView, grid: &VoxelGrid) -> String {
    let away = (view.patient_from_viewport.origin() - grid.centre()).dot(view.basis.into);
    let mm = signed(away, 1);
    let sign = if mm.starts_with('\u{2212}') || mm == "0.0" { "" } else { "+" };
    say!("words-from-middle", mm = format!("{sign}{mm}"))
}

/// Between the plane's normal and that of an anatomical one, 0 to 90 degrees.
fn angle_deg(view: &ResolvedView, home: Plane) -> f64 {
    view.basis.into.dot(home.basis().into).abs().min(1.0).acos().to_degrees()
}

/// `Axial slice 160 of 275, -520.6 mm`: what a screen reader says of a viewport.
pub fn spoken_slice(view: &ResolvedView) -> String {
    let plane = view.plane.map_or(say!("words-oblique"), plane_label);
    match view.slice {
        Some(s) => {
            say!(
                "words-slice",
                plane = plane,
                index = s.index + 1,
                total = s.total,
                position = format!("{:.1}", no_minus_zero(s.position_mm, 1))
            )
        }
        None => say!("words-plane", plane = plane),
    }
}

/// `3D, lung, seen from A`: what a screen reader says of the 3D view.
pub fn spoken_volume(view: &ResolvedView, look: &VolumeView) -> String {
    let from = direction_letters(-view.basis.into);
    say!("words-volume", preset = named("volume-preset", look.preset.label()), from = from)
}

/// `pointer at R 57.3, P 131.3, F 520.6 mm, -612 HU`: for a screen reader.
/// - `what`: is there
/// - `value`: of that voxel; `None` outside, in padding, and where its slice has not arrived
pub fn spoken_place(what: &str, at: Point<Patient>, value: Option<f32>, volume: &Volume) -> String {
    let place = patient_position(at).replace("   ", ", ");
    let padding = |value: f32| {
        volume.padding().is_some_and(|p| (f32::from(p.low)..=f32::from(p.high)).contains(&value))
    };
    match value.filter(|value| !padding(*value)) {
        Some(value) => {
            let decimals = if value.fract() == 0.0 { 0 } else { 2 };
            let value = no_minus_zero(f64::from(value), decimals);
            say!(
                "words-place",
                what = what,
                place = place,
                value = format!("{value:.decimals$}"),
                unit = volume.unit().name()
            )
        }
        None => say!("words-no-value", what = what, place = place),
    }
}

/// `Axial`, `Coronal`, `Sagittal`.
pub fn plane_label(plane: Plane) -> &'static str {
    match plane {
        Plane::Axial => say!("words-axial"),
        Plane::Coronal => say!("words-coronal"),
        Plane::Sagittal => say!("words-sagittal"),
    }
}

/// `Maximum 10 mm`.
pub fn slab(slab: Slab) -> String {
    format!("{} {} mm", projection_label(slab.projection), trimmed(slab.thickness_mm, 1))
}

/// Words for what becomes of a slab's slices.
pub fn projection_label(projection: Projection) -> &'static str {
    match projection {
        Projection::Max => say!("words-maximum"),
        Projection::Min => say!("words-minimum"),
        Projection::Mean => say!("words-mean"),
    }
}

/// `0.78 × 0.78 × 1.00 mm`; one figure for equal in-plane spacing is not enough for every scanner.
pub fn spacing(grid: &VoxelGrid) -> String {
    let [x, y, z] = grid.spacing_mm();
    format!("{x:.2} × {y:.2} × {z:.2} mm")
}

/// `64 × 64 × 56 vox`.
pub fn box_voxels(region: &Region) -> String {
    let [x, y, z] = region.bounds.size;
    say!("words-voxels", x = x, y = y, z = z)
}

/// `45 × 45 × 70 mm`.
pub fn box_mm(region: &Region) -> String {
    let [x, y, z] = region.size_mm();
    format!("{x:.0} × {y:.0} × {z:.0} mm")
}

/// `shifted 7 vox`, `padded 4 slices`; empty where the box lies as asked.
pub fn box_moved(region: &Region) -> String {
    let mut parts = Vec::new();
    let moved = region.shifted.map(i64::unsigned_abs);
    if let Some(most) = moved.into_iter().max().filter(|m| *m > 0) {
        parts.push(say!("words-shifted", most = most));
    }
    let [columns, rows, slices] = region.padded;
    let padded: Vec<String> = [
        (columns > 0).then(|| say!("words-columns", n = columns)),
        (rows > 0).then(|| say!("words-rows", n = rows)),
        (slices > 0).then(|| say!("words-slices", n = slices)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !padded.is_empty() {
        parts.push(say!("words-padded", what = padded.join(say!("words-and"))));
    }
    parts.join(", ")
}

/// Two or three words for a badge.
/// - `slices`: of the series
pub fn defect_badge(defect: &Defect, slices: usize) -> &'static str {
    match defect.code {
        DefectCode::SingleSlice if slices > 1 => say!("words-badge-one-position"),
        DefectCode::UnevenSpacing if defect.mended => say!("words-badge-uneven-mended"),
        DefectCode::GantryTilt if defect.mended => say!("words-badge-tilt-mended"),
        DefectCode::Lossy => say!("words-badge-lossy"),
        DefectCode::DuplicateSlices => say!("words-badge-doubled"),
        DefectCode::AssumedHu => say!("words-badge-hu-assumed"),
        DefectCode::MixedKernel => say!("words-badge-kernels"),
        DefectCode::Padding => say!("words-badge-padding"),
        DefectCode::NoWindow => say!("words-badge-no-window"),
        DefectCode::UnevenSpacing => say!("words-badge-uneven"),
        DefectCode::MissingSlices => say!("words-badge-missing"),
        DefectCode::GantryTilt => say!("words-badge-tilt"),
        DefectCode::DuplicateConflict => say!("words-badge-conflicting"),
        DefectCode::MixedSize => say!("words-badge-sizes"),
        DefectCode::Truncated => say!("words-badge-truncated"),
        DefectCode::MixedOrientation => say!("words-badge-orientations"),
        DefectCode::MultiPhase => say!("words-badge-phases"),
        DefectCode::SingleSlice => say!("words-badge-single"),
        DefectCode::NoPosition => say!("words-badge-no-position"),
        DefectCode::NotCt => say!("words-badge-not-ct"),
        DefectCode::NotHu => say!("words-badge-no-hu"),
        DefectCode::NoRescale => say!("words-badge-no-rescale"),
        DefectCode::UnsupportedSyntax => say!("words-badge-compression"),
        DefectCode::NoPixelData => say!("words-badge-no-pixels"),
    }
}

/// The same of what keeps a series from being viewed: what is harmless for one slice is none where it is all of them.
pub fn obstacle_badge(defect: &Defect, slices: usize) -> &'static str {
    if defect.code.viewable() { say!("words-badge-unread") } else { defect_badge(defect, slices) }
}

/// Whether a defect changes how the picture is read, so that its badge belongs on the picture.
/// The rest stands in the series list alone.
pub const fn defect_on_picture(code: DefectCode) -> bool {
    !matches!(
        code,
        DefectCode::Padding
            | DefectCode::NoWindow
            | DefectCode::DuplicateSlices
            | DefectCode::MixedOrientation
            | DefectCode::MultiPhase
            | DefectCode::Lossy
    )
}

/// `412 MB`, `1.3 GB`.
pub fn bytes(n: u64) -> String {
    let mb = n as f64 / 1e6;
    if mb >= 1000.0 { format!("{:.1} GB", mb / 1000.0) } else { format!("{mb:.0} MB") }
}

/// `five`; figures beyond ten.
pub fn count(n: usize) -> String {
    say!("words-count", n = n)
}

/// Milliseconds, or seconds from one upwards.
pub fn duration(ms: f64) -> String {
    if ms >= 1000.0 { format!("{:.1} s", ms / 1000.0) } else { format!("{ms:.0} ms") }
}

/// `just now`, `5 minutes ago`, `2 hours ago`, `3 days ago`: how long something is past.
pub fn ago(age: std::time::Duration) -> String {
    let minutes = age.as_secs() / 60;
    match (minutes, minutes / 60, minutes / 1440) {
        (0, ..) => say!("words-just-now").to_owned(),
        (minutes, 0, _) => say!("words-minutes-ago", n = minutes),
        (_, hours, 0) => say!("words-hours-ago", n = hours),
        (_, _, days) => say!("words-days-ago", n = days),
    }
}

/// With a true minus sign, and no minus before zero.
pub fn signed(value: f64, decimals: usize) -> String {
    format!("{:.decimals$}", no_minus_zero(value, decimals)).replace('-', "−")
}

/// `true size (96 dpi, the screen says)`: as large as in life, and who says how fine the screen is.
pub fn true_size(screen: Screen) -> String {
    say!("words-true-size", dpi = dpi(screen))
}

/// `96 dpi, calibrated`.
pub fn dpi(screen: Screen) -> String {
    let source = match screen.source {
        ScreenSource::Calibrated => say!("words-calibrated"),
        ScreenSource::System => say!("words-screen-says"),
        ScreenSource::Assumed => say!("words-assumed"),
    };
    say!("words-dpi", dpi = trimmed(screen.dpi, 1), source = source)
}

/// How a plane lies on the screen, where that is not as usual.
pub fn turn(turn: Turn) -> Option<String> {
    let turned = (turn.quarters != 0).then(|| say!("words-turned", degrees = u32::from(turn.quarters) * 90));
    let behind = turn.behind.then(|| say!("words-from-other-side").to_owned());
    let said: Vec<String> = turned.into_iter().chain(behind).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// With a sign always: `+1.12`, `−0.47`.
pub fn with_sign(value: f64) -> String {
    let v = no_minus_zero(value, 2);
    if v > 0.0 { format!("+{v:.2}") } else { signed(v, 2) }
}

/// A person's name as people write it: `Doe, Jane M`, and its other scripts behind it.
///
/// - `value`: family, given, middle, prefix and suffix between `^`, in up to three scripts between `=`.
///   Source: DICOM PS3.5, 6.2.1
pub fn person_name(value: &str) -> String {
    let script = |group: &str| {
        let mut parts = group.split('^').map(str::trim);
        let family = parts.next().unwrap_or_default();
        let others: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        match (family.is_empty(), others.is_empty()) {
            (_, true) => family.to_owned(),
            (true, false) => others.join(" "),
            (false, false) => format!("{family}, {}", others.join(" ")),
        }
    };
    let scripts: Vec<String> = value.split('=').map(script).filter(|name| !name.is_empty()).collect();
    scripts.join("  ")
}

/// `2019-03-04`; `None` for what is no date.
/// - `value`: `YYYYMMDD`. Source: DICOM PS3.5, 6.2, DA
pub fn date(value: &str) -> Option<String> {
    let value = value.trim();
    let digits = value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]))
}

/// Begins with a capital letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Width and centre of a window: whole where it is wide, as of CT.
pub fn window_figures(window: Window) -> [String; 2] {
    let places = if window.width() < 30.0 { 1 } else { 0 };
    [window.width(), window.centre()].map(|n| {
        let figure = signed(n, places);
        figure.strip_suffix(".0").map(str::to_owned).unwrap_or(figure)
    })
}

/// How much something is enlarged, to three figures.
pub fn zoom(times: f64) -> String {
    if times < 9.995 { format!("{times:.2}") } else { format!("{times:.1}") }
}

/// Without needless noughts.
pub fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn no_minus_zero(value: f64, decimals: usize) -> f64 {
    let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0));
    if value.abs() < half { 0.0 } else { value }
}

/// What a network is asked, in a few words.
/// - `name`: the question's name in the contract
pub fn question(name: &str) -> &'static str {
    match name {
        "malignancy" => say!("words-malignancy"),
        "adenocarcinoma_vs_squamous" => say!("words-squamous"),
        "adenocarcinoma_vs_granuloma" => say!("words-granuloma"),
        "slice_contains_nodule" => say!("words-slice-nodule"),
        _ => say!("words-another-question"),
    }
}

/// What a map shows.
pub fn method(map: &Saliency) -> &'static str {
    match (map.method, map.unit) {
        ("native", "gate") => say!("words-own-gate"),
        ("native" | "attention_rollout", _) if map.unit == "share" => say!("words-own-attention"),
        ("native", _) => say!("words-for-and-against"),
        (DIFFERENCE, _) => say!("words-difference"),
        (name, _) => Method::named(name).map_or(say!("words-map"), methods::name),
    }
}

/// What a map shows, and of which scale.
pub fn method_and_scale(map: &Saliency) -> String {
    let method = method(map);
    match map.scale {
        Some(scale) => format!("{method}, {}", named("scale", scale.name())),
        // Of a network of one scale there is nothing to combine.
        None if map.signed || map.native_shape.is_some() => method.to_owned(),
        None => say!("words-combined", method = method),
    }
}

/// What a second series that is no earlier one is called.
pub fn beside(modality: &str) -> String {
    if modality.is_empty() {
        say!("words-beside").to_owned()
    } else {
        say!("words-beside-of", modality = modality)
    }
}

/// What the series beside the one on the screen is called: a prior where it may be an earlier one.
pub fn second_series(session: &Session) -> String {
    match session.series().zip(session.prior().and_then(PriorSeries::series)) {
        Some((now, then)) if !is_earlier(now, then) => beside(then.modality.trim()),
        _ => say!("words-prior").to_owned(),
    }
}

/// A text that begins with a capital and ends with a full stop, where it ends with nothing else.
pub fn full_sentence(text: &str) -> String {
    let text = sentence(text.trim_end());
    if text.ends_with(['.', '!', '?', '…']) || text.is_empty() { text } else { text + "." }
}

/// What a map shows, after the name of a network that is not the only one.
pub fn of_network(model: &str, what: &str) -> String {
    format!("{model}: {what}")
}

/// What each of two maps shows, and of which scale, with its network where they are of two.
pub fn compared(two: &Compared<'_>) -> [String; 2] {
    with_networks(two, two.maps.map(|map| method_and_scale(map)))
}

/// The same without scales.
pub fn compared_methods(two: &Compared<'_>) -> [String; 2] {
    with_networks(two, two.maps.map(|map| method(map).to_owned()))
}

fn with_networks(two: &Compared<'_>, [first, second]: [String; 2]) -> [String; 2] {
    match two.models {
        Some([this, that]) => [of_network(this, &first), of_network(that, &second)],
        None => [first, second],
    }
}

/// What the difference of two maps shows.
pub fn minus(two: &Compared<'_>) -> String {
    let [first, second] = compared_methods(two);
    say!("words-minus", first = first, second = second)
}

/// How two series are linked; nothing where they are not.
pub fn series_link(link: SeriesLink) -> String {
    match link {
        SeriesLink::None => String::new(),
        SeriesLink::Frame => say!("words-linked-frame").to_owned(),
        SeriesLink::Offset(by) => {
            let [x, y, z] = by.to_array().map(|mm| signed(mm, 1));
            say!("words-linked-by-hand", x = x, y = y, z = z)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelBox;
    use crate::inference::RegionName;

    #[test]
    fn positions_name_the_side_and_never_a_sign() {
        assert_eq!(patient_position(Point::new(-57.31, 131.26, -520.6)), "R 57.3   P 131.3   F 520.6 mm");
        assert_eq!(patient_position(Point::new(0.0, -4.0, 12.0)), "L 0.0   A 4.0   H 12.0 mm");
    }

    #[test]
    fn a_place_is_spoken_with_its_value_and_padding_has_none() {
        use crate::volume::{Padding, Unit};
        let grid = VoxelGrid::axis_aligned([4, 4, 4], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, Some(Padding { low: -2000, high: -1900 }));
        let at = Point::new(-57.31, 131.26, -520.6);
        let said = |value| spoken_place("pointer", at, value, &volume);
        assert_eq!(said(Some(-612.0)), "pointer at R 57.3, P 131.3, F 520.6 mm, -612 HU");
        assert_eq!(said(Some(-2000.0)), "pointer at R 57.3, P 131.3, F 520.6 mm, no value");
        assert_eq!(said(None), said(Some(-1950.0)));
    }

    #[test]
    fn a_moved_and_padded_box_says_so() {
        let grid = VoxelGrid::axis_aligned([64, 80, 48], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0));
        let bounds = VoxelBox { min: [0, 0, -4], size: [64, 64, 56] };
        let region = Region::of_voxels(RegionName::Meso, bounds, &grid.expect("a grid"));
        let region = Region { shifted: [0, -7, 0], padded: [0, 0, 8], ..region };
        assert_eq!(box_mm(&region), "45 × 45 × 70 mm");
        assert_eq!(box_moved(&region), "shifted 7 vox, padded 8 slices");
        let side = Region { shifted: [0; 3], padded: [1, 0, 8], ..region };
        assert_eq!(box_moved(&side), "padded 1 column and 8 slices");
        assert_eq!(box_voxels(&region), "64 × 64 × 56 vox");
    }

    #[test]
    fn names_are_written_as_people_write_them() {
        let shown =
            ["Doe^Jane^M^^", "Yamada^Tarou=山田^太郎=やまだ^たろう", "DOE JANE", "^Jane", " ^ = ", ""]
                .map(person_name);
        let wanted = ["Doe, Jane M", "Yamada, Tarou  山田, 太郎  やまだ, たろう", "DOE JANE", "Jane", "", ""];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn numbers_are_short_and_zero_has_no_sign() {
        assert_eq!(
            [signed(-0.04, 1), with_sign(0.001), with_sign(-0.466), with_sign(1.12)],
            ["0.0", "0.00", "−0.47", "+1.12"]
        );
        assert_eq!([bytes(412_300_000), bytes(1_340_000_000)], ["412 MB", "1.3 GB"]);
        assert_eq!(
            [trimmed(10.0, 1), trimmed(2.5, 1), duration(71.4), duration(1490.0)],
            ["10", "2.5", "71 ms", "1.5 s"]
        );
    }
}
