//! What the values of a PET become standardized uptake values by.
//!
//! SUV by body weight = activity concentration (Bq/ml) x weight (g) / injected dose (Bq), where both are of one
//! moment: with Decay Correction ADMIN the concentration was brought back to the injection, with START to the
//! start of the scan, so that the dose is taken as what was left of it then. Sources: DICOM PS3.3 C.8.9.1
//! (PET Series), C.8.9.2 (PET Isotope), C.8.9.4 (PET Image); QIBA, SUV calculation, vendor-neutral pseudo-code.

use super::dicom::Header;

/// Longer than this after the injection nothing is left to be measured: a time is wrong. Half-lives.
const MOST_HALF_LIVES: f64 = 20.0;
/// What is written where nothing is known: a gram of uptake per millilitre is no SUV by a weight of zero.
const LEAST_DOSE_BQ: f64 = 1000.0;

/// Seconds since some day, for differences.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(in crate::ingest) struct Moment(f64);

impl Moment {
    /// From a DT, or from a DA and a TM (PS3.5 6.2). The zone behind a DT is taken for the scanner's own, which the
    /// other times are of; universal time may be another, and an hour of fluorine-18 is a factor of 1.46: such
    /// a DT is not taken.
    pub(in crate::ingest) fn of(both: Option<&str>, date: Option<&str>, time: Option<&str>) -> Option<Self> {
        let universal = |text: &str| ["+0000", "-0000"].iter().any(|zone| text.trim_end().ends_with(zone));
        match both.filter(|text| text.len() >= 14 && !universal(text)) {
            Some(text) => Self::from_parts(text.get(..8)?, text.get(8..)?),
            None => Self::from_parts(date?, time?),
        }
    }

    fn from_parts(date: &str, time: &str) -> Option<Self> {
        let number = |text: Option<&str>| text?.parse::<u32>().ok();
        let (y, m, d) = (number(date.get(..4))?, number(date.get(4..6))?, number(date.get(6..8))?);
        if !(1..=12).contains(&m) || !(1..=31).contains(&d) {
            return None;
        }
        let digits = time.split(['+', '-', '&']).next()?.trim();
        let (hours, minutes) = (number(digits.get(..2))?, number(digits.get(2..4)).unwrap_or(0));
        let seconds: f64 = digits.get(4..).filter(|s| !s.is_empty()).map_or(Some(0.0), |s| s.parse().ok())?;
        // Days by the proleptic Gregorian calendar, the year beginning in March.
        let (y, m) = if m > 2 { (y, m - 3) } else { (y.checked_sub(1)?, m + 9) };
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d;
        Some(Self(
            f64::from(days) * 86_400.0 + f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + seconds,
        ))
    }

    fn since(self, before: Self) -> f64 {
        self.0 - before.0
    }
}

/// What a slice of a PET says of its values.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) struct PetFacts {
    pub(in crate::ingest) units: String,
    pub(in crate::ingest) suv_type: Option<String>,
    pub(in crate::ingest) decay_correction: String,
    pub(in crate::ingest) corrected: Vec<String>,
    pub(in crate::ingest) weight_kg: Option<f64>,
    pub(in crate::ingest) series_date: Option<String>,
    pub(in crate::ingest) series: Option<Moment>,
    pub(in crate::ingest) acquired: Option<Moment>,
    pub(in crate::ingest) injected: Option<Moment>,
    pub(in crate::ingest) dose_bq: Option<f64>,
    pub(in crate::ingest) half_life_s: Option<f64>,
}

/// How values of a PET become SUV by body weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Suv {
    /// SUV (g/ml) of one of the whole numbers that slices are read to.
    pub per_value: f64,
    /// The formula in words, with what it was taken from.
    pub source: String,
}

/// - `scale`: one of the whole numbers that slices are read to in the files' own units
/// - returns: `None` of what is no PET; why there is no SUV, a sentence
pub(super) fn suv(headers: &[Header], scale: f64) -> Option<Result<Suv, String>> {
    let all: Vec<&PetFacts> = headers.iter().filter_map(|h| h.pet.as_deref()).collect();
    let first = *all.first().filter(|_| all.len() == headers.len())?;
    let alike = |f: &&PetFacts| {
        let key = |f: &PetFacts| {
            (
                f.units.clone(),
                f.suv_type.clone(),
                f.decay_correction.clone(),
                f.weight_kg,
                f.dose_bq,
                f.half_life_s,
                f.injected,
            )
        };
        key(f) == key(first)
    };
    if !all.iter().all(alike) {
        return Some(Err(
            "Its slices say different things of units, dose or weight: values are no SUV".to_owned()
        ));
    }
    // The scan starts with its earliest slice, whichever that is.
    let earliest = |pick: fn(&PetFacts) -> Option<Moment>| {
        all.iter().filter_map(|f| pick(f)).reduce(|a, b| if b < a { b } else { a })
    };
    let factor = factor(first, earliest(|f| f.series), earliest(|f| f.acquired));
    Some(factor.map(|(factor, source)| Suv { per_value: factor * scale, source }))
}

/// SUV of one unit of the files, and how it was found.
fn factor(f: &PetFacts, series: Option<Moment>, acquired: Option<Moment>) -> Result<(f64, String), String> {
    let missing = |what: &str| format!("{what}: values are shown in the files' own units, not as SUV");
    match f.units.as_str() {
        "GML" => {
            return match f.suv_type.as_deref() {
                None | Some("BW") => {
                    Ok((1.0, "SUV by body weight as the files have it (Units GML)".to_owned()))
                }
                Some(other) => Err(missing(&format!("The files hold SUV of another type ({other})"))),
            };
        }
        "BQML" => {}
        "" => return Err(missing("The files do not say their Units")),
        other => {
            return Err(missing(&format!("The files' Units are {other}, of which SUV cannot be computed")));
        }
    }
    if !f.corrected.iter().any(|c| c == "ATTN") {
        return Err(missing("The files do not say that attenuation was corrected (Corrected Image)"));
    }
    let weight_kg = f.weight_kg.ok_or_else(|| missing("Patient's Weight is missing"))?;
    let dose = f.dose_bq.filter(|bq| *bq >= LEAST_DOSE_BQ);
    let dose = dose.ok_or_else(|| missing("Radionuclide Total Dose is missing, or not in becquerels"))?;
    let grams = weight_kg * 1000.0;
    match f.decay_correction.as_str() {
        "ADMIN" => Ok((
            grams / dose,
            "SUV by body weight = Bq/ml x weight / dose, both of the time of injection (Decay Correction ADMIN)".to_owned(),
        )),
        "START" => {
            let half_life = f.half_life_s.filter(|s| *s > 0.0);
            let half_life = half_life.ok_or_else(|| missing("Radionuclide Half Life is missing"))?;
            let injected = f.injected.ok_or_else(|| missing("The time of injection is missing"))?;
            // A series that was made later than its slices were measured says nothing of the scan.
            let (start, of) = match (series, acquired) {
                (Some(s), Some(a)) if s <= a => (s, "Series Time"),
                (_, Some(a)) => (a, "the earliest Acquisition Time"),
                (Some(s), None) => (s, "Series Time"),
                (None, None) => return Err(missing("The time of the scan is missing")),
            };
            let passed = start.since(injected);
            if !(0.0..=MOST_HALF_LIVES * half_life).contains(&passed) {
                return Err(missing("The times of injection and scan do not fit together"));
            }
            let left = dose * (-passed / half_life).exp2();
            let minutes = (passed / 60.0).round();
            Ok((
                grams / left,
                format!(
                    "SUV by body weight = Bq/ml x weight / dose, the dose decayed for {minutes} min from injection \
                     to {of} (Decay Correction START)"
                ),
            ))
        }
        "NONE" => Err(missing("The files are not corrected for decay")),
        _ => Err(missing("Decay Correction is missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(decay: &str) -> PetFacts {
        PetFacts {
            units: "BQML".to_owned(),
            suv_type: None,
            decay_correction: decay.to_owned(),
            corrected: vec!["DECY".to_owned(), "ATTN".to_owned()],
            weight_kg: Some(70.0),
            series_date: None,
            series: Moment::of(None, Some("20240301"), Some("103000.00")),
            acquired: Moment::of(None, Some("20240301"), Some("103000")),
            injected: Moment::of(Some("20240301092500.000000+0100"), None, None),
            dose_bq: Some(370e6),
            half_life_s: Some(6586.2),
        }
    }

    #[test]
    fn an_even_distribution_of_the_whole_dose_has_an_suv_of_one() {
        // 370 MBq in 70 kg are 5285.7 Bq/g.
        let (factor, _) = factor(&facts("ADMIN"), None, None).expect("all there");
        assert!((factor * 5_285.714_285 - 1.0).abs() < 1e-6);
        let f = facts("START");
        let (later, source) = super::factor(&f, f.series, f.acquired).expect("all there");
        // 65 minutes at a half-life of 109.77 minutes.
        assert!((later / factor - (65.0f64 / 109.77).exp2()).abs() < 1e-9, "{}", later / factor);
        assert!(source.contains("65 min") && source.contains("Series Time"), "{source}");
    }

    #[test]
    fn a_series_made_later_than_its_slices_is_not_the_start_of_the_scan() {
        let mut f = facts("START");
        f.series = Moment::of(None, Some("20240302"), Some("080000"));
        let (_, source) = factor(&f, f.series, f.acquired).expect("all there");
        assert!(source.contains("65 min") && source.contains("Acquisition Time"), "{source}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let without = |change: fn(&mut PetFacts)| {
            let mut f = facts("START");
            change(&mut f);
            factor(&f, f.series, f.acquired).expect_err("no SUV")
        };
        assert!(without(|f| f.weight_kg = None).contains("Weight"));
        assert!(without(|f| f.dose_bq = Some(370.0)).contains("Dose"));
        assert!(without(|f| f.half_life_s = None).contains("Half Life"));
        assert!(without(|f| f.injected = None).contains("injection"));
        assert!(without(|f| (f.series, f.acquired) = (None, None)).contains("scan"));
        assert!(without(|f| f.decay_correction = "NONE".to_owned()).contains("decay"));
        assert!(without(|f| f.units = "CNTS".to_owned()).contains("CNTS"));
        assert!(without(|f| f.corrected.clear()).contains("attenuation"));
        assert!(without(|f| f.injected = f.injected.map(|m| Moment(m.0 + 86_400.0))).contains("fit"));
        assert!(
            without(|f| (f.units, f.suv_type) = ("GML".to_owned(), Some("LBM".to_owned()))).contains("LBM")
        );
    }

    #[test]
    fn times_cross_midnight_and_the_end_of_a_february() {
        let moment = |date, time| Moment::of(None, Some(date), Some(time)).expect("a moment");
        assert_eq!(moment("20240301", "000100").since(moment("20240229", "235900.5")), 119.5);
        assert_eq!(moment("20230301", "00").since(moment("20230228", "2330")), 1800.0);
        // In universal time: what the scanner's own clock showed is taken.
        let of_utc = Moment::of(Some("20240301082500+0000"), Some("20240301"), Some("092500"));
        assert_eq!(of_utc, Some(moment("20240301", "092500")));
        for wrong in [("2024", "10"), ("20241301", "10"), ("20240101", ""), ("20240101", "x")] {
            assert_eq!(Moment::of(None, Some(wrong.0), Some(wrong.1)), None, "{wrong:?}");
        }
    }
}
