//! `triscope evaluate` for the networks besides M3Net: one taught network, asked about cases that had no
//! part in teaching it, beside what can be said without it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::EvaluateError;
use super::family_page;
use super::figures::sources;
use super::report::SourceReport;
use crate::clinical::{ClinicalFields, FieldName};
use crate::dataset::{Case, Label, Manifest, relative};
use crate::evaluation::plot::Plot;
use crate::evaluation::{
    self, Bootstrap, Comparison, Confusion, Contender, Logistic, Predictions, Scored, Summary, Threshold,
    csv_bytes, probability,
};
use crate::export::{OutputFolder, WriteError, write_json, write_png, write_whole};
use crate::inference::{DeviceChoice, LearningDevice};
use crate::jobs::JobContext;
use crate::networks::weights::{Card, Precision, WeightsFile, pack};
use crate::networks::{Architecture, NetworkSpec, spec};
use crate::training::{Asked, ON_RANDOM_FEATURES, curriculum};
use crate::workflow::train::{FamilyRun, GatheredCohort, LeftOut, RunCases, gather_cohort, is_simulated};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct FamilyEvaluateRequest {
    /// Name of the network.
    pub model: String,
    /// Cases.
    pub manifest: PathBuf,
    /// Folder of its training run.
    pub run: PathBuf,
    /// Where everything is written.
    pub out: PathBuf,
    /// The bootstrap by patient.
    pub bootstrap: Bootstrap,
}

/// Everything that was found: `evaluation.json`.
#[derive(Clone, Debug, Serialize)]
pub struct FamilyReport {
    /// Version of the program.
    pub triscope: &'static str,
    /// Network.
    pub model: String,
    /// The manifest's file name.
    pub data: String,
    /// Path from OUT to the manifest, with `/`; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// Name of the run's folder.
    pub run: String,
    /// What the labels answer.
    pub question: &'static str,
    /// Negative, positive.
    pub classes: [&'static str; 2],
    /// Samples of the bootstrap by patient, and its seed.
    pub bootstrap: [u64; 2],
    /// Cases of the manifest that had no part in teaching, of patients who had none either.
    pub cases: usize,
    /// Cases that were left out since another one of their patient taught the network or measured its
    /// progress.
    pub of_taught_patients: usize,
    /// Patients of those that were evaluated.
    pub patients: usize,
    /// Labelled cases that the figures are of.
    pub evaluated: usize,
    /// Of the positive class among them.
    pub malignant: usize,
    /// Of them, from phantoms.
    pub simulated: usize,
    /// Every classifier on the same cases, the network first.
    pub comparison: Comparison,
    /// Baselines that could not be had.
    pub baselines_left_out: Vec<String>,
    /// What the network did.
    pub answer: AnswerReport,
    /// Sources of the data.
    pub sources: Vec<SourceReport>,
    /// Files written, in OUT.
    pub files: Vec<String>,
}

/// The network's figures.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerReport {
    /// Where it was computed.
    pub device: String,
    /// How inputs were prepared.
    pub mode: &'static str,
    /// Variants that its sources leave open.
    pub options: std::collections::BTreeMap<&'static str, &'static str>,
    /// SHA-256 of the weights' file that is written: the run's with 16 bits, of which all figures are.
    pub weights_sha256: String,
    /// Largest change of a probability by rounding to 16 bits.
    pub moved_by_rounding: f64,
    /// What it was taught on, in the words of its card.
    pub trained_on: String,
    /// What is said with every answer of the weights that are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
    /// Cases that taught it, and those that measured its progress.
    pub taught: [usize; 2],
    /// Fold that was held out; absent where the manifest is divided once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_out: Option<u32>,
    /// By which margins are divided, fitted on the cases that measured progress; absent where it could not
    /// be fitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Every figure of the probabilities that the program shows.
    pub summary: Summary,
    /// The same without the temperature; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncalibrated: Option<Summary>,
    /// At a probability of 0.5.
    pub confusion: Confusion,
    /// Cases that the network was not shown, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// Below this area under the ROC curve every answer says so: three of ten pairs in the wrong order.
const POOR: f64 = 0.7;
/// Name of the baseline of size.
pub(super) const SIZE: &str = "size alone";
/// Name of the baseline of the clinical fields.
const FIELDS: &str = "fields alone";
/// Strength of the ridge on standardised features.
const RIDGE: f64 = 1.0;

/// Evaluates and writes everything.
/// - errors: see [`EvaluateError`]; OUT is left as it was unless the figures are there
pub fn evaluate_family(
    request: &FamilyEvaluateRequest,
    device: DeviceChoice,
    ctx: &JobContext,
) -> Result<FamilyReport, EvaluateError> {
    let network = spec(&request.model)?;
    let folder = OutputFolder::make(&request.out)?;
    let mut run = FamilyRun::open(&request.run).map_err(EvaluateError::NoFamilyRun)?;
    run.weights.card_for(&request.model)?;
    let curriculum = curriculum(&request.model, &run.config)?;
    let inputs = run.path.join("inputs");
    let (whole, _) = Manifest::load(&request.manifest)?;
    let taught = Taught::new(&run.cases, &whole.cases);
    let unseen = |case: &Case| !taught.by(case) && !taught.by_patient_of(case);
    let candidates = whole.cases.iter().filter(|case| unseen(case)).count();
    let of_taught_patients =
        whole.cases.iter().filter(|case| !taught.by(case) && taught.by_patient_of(case)).count();
    if candidates == 0 {
        return Err(EvaluateError::NothingHeldOut(request.manifest.clone()));
    }
    let gathered = gather_cohort(&request.manifest, network, curriculum.as_ref(), &inputs, unseen, ctx)?;
    let cohort = &gathered.cohort;
    let all: Vec<usize> = (0..cohort.cases.len()).collect();
    let [negative, positive] = cohort.classes(&all);
    if negative < 2 || positive < 2 {
        let manifest = request.manifest.clone();
        return Err(EvaluateError::TooFew { manifest, malignant: positive, benign: negative });
    }
    let device = LearningDevice::choose(device)?;
    // Figures are of the file that is written: 16 bits are enough where they say the same as 32.
    let exact = curriculum.ask(&run.weights, cohort, &all, &device.device, ctx)?;
    run.weights = rounded(&run.weights, &run.weights.card_for(&request.model)?)?;
    let asked = curriculum.ask(&run.weights, cohort, &all, &device.device, ctx)?;
    let moved = moved(&exact, &asked);
    ctx.step("Figures and their intervals", 0.0)?;
    let teachers: Vec<&Case> = whole.cases.iter().filter(|case| taught.by(case)).collect();
    let found = Found::new(request, network, &run, &gathered, &teachers, asked)?;
    let mut report =
        found.report(request, network, &run, &gathered, (device.info.name, candidates, moved))?;
    report.of_taught_patients = of_taught_patients;
    let card = measured(run.weights.card_for(&request.model)?, &report);
    let bytes = pack_half(&run.weights, &card)?;
    report.answer.caution = card.caution;
    report.answer.weights_sha256 = WeightsFile::from_safetensors(&request.model, &bytes)?.sha256;
    ctx.check()?;
    found.write(folder.path(), request, report, &gathered, &bytes)
}

/// Who taught a network or measured its progress.
struct Taught<'a> {
    ids: BTreeSet<&'a str>,
    patients: BTreeSet<&'a str>,
}

impl<'a> Taught<'a> {
    /// - `rows`: of any manifest; those that taught tell their patients, which older runs do not name
    fn new(cases: &'a RunCases, rows: &'a [Case]) -> Self {
        let ids = cases.taught();
        let own = rows.iter().filter(|case| ids.contains(case.id.as_str()));
        let patients = own.map(|case| &case.patient).chain(&cases.patients).map(String::as_str).collect();
        Self { ids, patients }
    }

    /// Whether this very case did.
    fn by(&self, case: &Case) -> bool {
        self.ids.contains(case.id.as_str())
    }

    /// Whether any case of its patient did.
    fn by_patient_of(&self, case: &Case) -> bool {
        self.patients.contains(case.patient.as_str())
    }
}

/// The same weights as a file of 16 bits holds them.
fn rounded(weights: &WeightsFile, card: &Card) -> Result<WeightsFile, EvaluateError> {
    Ok(WeightsFile::from_safetensors(&card.model, &pack_half(weights, card)?)?)
}

fn pack_half(weights: &WeightsFile, card: &Card) -> Result<Vec<u8>, EvaluateError> {
    Ok(pack(std::slice::from_ref(&weights.state), card, Precision::Half, &weights.metadata)?)
}

/// Largest difference between the probabilities of two answers to the same cases.
fn moved(exact: &[Asked], rounded: &[Asked]) -> f64 {
    let first = |asked: &[Asked]| asked.first().map(|way| way.margins.clone()).unwrap_or_default();
    let pairs = first(exact).into_iter().zip(first(rounded));
    pairs.map(|(a, b)| (probability(a) - probability(b)).abs()).fold(0.0, f64::max)
}

/// The card with what was measured of the weights, and what they are no better than.
fn measured(card: Card, report: &FamilyReport) -> Card {
    let words = |row: &evaluation::ComparisonRow| {
        format!("{:.3} ({:.3} to {:.3})", row.auc.value, row.auc.interval.low, row.auc.interval.high)
    };
    let rows = &report.comparison.rows;
    let Some(own) = rows.first() else { return card };
    let reference = rows.iter().find(|row| report.comparison.reference.as_ref() == Some(&row.name));
    let beside = reference.map_or_else(String::new, |row| format!(", {} {}", row.name, words(row)));
    let trained_on = format!(
        "{}; AUC {} on {} cases that had no part in it{beside}",
        card.trained_on.trim_end_matches('.'),
        words(own),
        report.evaluated
    );
    Card { trained_on, caution: cautioned(card.caution, own.auc.value, report.classes), ..card }
}

/// What was to be said with every answer before, and how poor the network is, if it is.
fn cautioned(before: Option<String>, auc: f64, [no, yes]: [&str; 2]) -> Option<String> {
    let poor = (auc < POOR).then(|| {
        format!("it tells {yes} from {no} poorly: an AUC of {auc:.2} on cases that had no part in teaching")
    });
    let all: Vec<String> = before.into_iter().chain(poor).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Scores of every classifier.
struct Found {
    contenders: Vec<Contender>,
    patients: Vec<usize>,
    left_out: Vec<String>,
    temperature: Option<f64>,
    asked: Vec<Asked>,
    mode: &'static str,
}

impl Found {
    fn new(
        request: &FamilyEvaluateRequest,
        network: &NetworkSpec,
        run: &FamilyRun,
        gathered: &GatheredCohort,
        teachers: &[&Case],
        asked: Vec<Asked>,
    ) -> Result<Self, EvaluateError> {
        let labels: Vec<bool> = gathered.cohort.cases.iter().map(|case| case.positive).collect();
        let scored = |margins: Vec<f64>| Scored::new(margins, labels.clone());
        let mut contenders = Vec::new();
        for (n, way) in asked.iter().enumerate() {
            contenders.push(Contender {
                name: if n == 0 { request.model.clone() } else { way.name.to_owned() },
                what: way.what.to_owned(),
                scored: scored(way.margins.clone())?,
            });
        }
        let rows: Vec<&Case> = gathered.rows.iter().collect();
        // A manifest of cases that all came later holds nobody who taught: the baselines are then fitted on the
        // very cases on which they are measured, which flatters them and not the network.
        let (teachers, fitted) = match teachers {
            [] => (rows.as_slice(), "fitted on these very cases, which flatters it"),
            teachers => (teachers, "fitted on the teaching cases"),
        };
        let mut left_out = Vec::new();
        let [no, yes] = network.classes;
        let sizes = |case: &&Case| case.diameter_mm.map(|mm| vec![mm.ln()]);
        let fields = Columns::of(teachers);
        let baselines: [(&str, String, Features); 2] = [
            (
                SIZE,
                format!("logistic regression on the logarithm of the diameter in the manifest, {fitted}"),
                (teachers.iter().map(sizes).collect(), rows.iter().map(sizes).collect()),
            ),
            (
                FIELDS,
                format!("logistic regression on the clinical fields, {fitted}"),
                (
                    teachers.iter().map(|case| fields.row(&case.clinical)).collect(),
                    rows.iter().map(|case| fields.row(&case.clinical)).collect(),
                ),
            ),
        ];
        for (name, what, (teaching, own)) in baselines {
            let known = |case: &&Case| case.label.map(|label| label == Label::Positive);
            let pairs: Vec<(Vec<f64>, bool)> =
                teachers.iter().zip(teaching).filter_map(|(case, row)| row.zip(known(case))).collect();
            let (features, teaching): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let Some(own) = own.into_iter().collect::<Option<Vec<_>>>() else {
                left_out.push(format!("{name}, as a case lacks what it needs"));
                continue;
            };
            match Logistic::fit(&features, &teaching, RIDGE) {
                Ok(model) => {
                    let margins = own.iter().map(|row| model.margin(row)).collect::<Result<Vec<_>, _>>()?;
                    contenders.push(Contender { name: name.to_owned(), what, scored: scored(margins)? });
                }
                Err(error) => left_out.push(format!("{name}: {error} ({no} or {yes})")),
            }
        }
        let mut numbers = std::collections::BTreeMap::new();
        let patients = rows
            .iter()
            .map(|case| {
                let next = numbers.len();
                *numbers.entry(case.patient.as_str()).or_insert(next)
            })
            .collect();
        let temperature = run.weights.card.as_ref().and_then(|c| c.calibration).map(|c| c.temperature);
        let mode = curriculum(&request.model, &run.config)?.mode().name();
        Ok(Self { contenders, patients, left_out, temperature, asked, mode })
    }

    /// The network's margins, divided by a temperature.
    fn summary(
        &self,
        gathered: &GatheredCohort,
        temperature: f64,
        bootstrap: &Bootstrap,
    ) -> Result<Summary, EvaluateError> {
        let cases = gathered.rows.iter().zip(self.contenders[0].scored.iter());
        let cases = cases.map(|(row, (margin, malignant))| evaluation::Case {
            case: row.id.clone(),
            patient: row.patient.clone(),
            fold: None,
            malignant,
            margin: margin / temperature,
            diameter_mm: row.diameter_mm,
            texture: None,
            slice_spacing_mm: Some(row.spacing_mm[2]),
            ratings: Vec::new(),
        });
        Ok(Summary::new(&Predictions::new(cases.collect())?, Threshold::default(), bootstrap)?)
    }

    /// What the others stand against: the better, on these cases, of what needs no network. A slice without a nodule has
    /// neither size nor fields; there it is what a network of random values brings.
    fn reference(&self) -> Option<&'static str> {
        let named = |name: &str| self.contenders.iter().find(|contender| contender.name == name);
        let area = |name: &&str| {
            named(name).and_then(|c| evaluation::auc(&c.scored).ok()).unwrap_or(f64::NEG_INFINITY)
        };
        let trivial = [FIELDS, SIZE].into_iter().filter(|name| named(name).is_some());
        let best = trivial.max_by(|a, b| area(a).total_cmp(&area(b)));
        best.or_else(|| named(ON_RANDOM_FEATURES).map(|_| ON_RANDOM_FEATURES))
    }

    fn report(
        &self,
        request: &FamilyEvaluateRequest,
        network: &NetworkSpec,
        run: &FamilyRun,
        gathered: &GatheredCohort,
        (device, candidates, moved): (String, usize, f64),
    ) -> Result<FamilyReport, EvaluateError> {
        let bootstrap = &request.bootstrap;
        let answer = &self.contenders[0].scored;
        let reference = self.reference();
        let comparison = Comparison::new(&self.contenders, &self.patients, reference, bootstrap)?;
        let [malignant, benign] = answer.classes();
        let uncalibrated = match self.temperature {
            Some(_) => Some(self.summary(gathered, 1.0, bootstrap)?),
            None => None,
        };
        Ok(FamilyReport {
            triscope: env!("CARGO_PKG_VERSION"),
            model: request.model.clone(),
            data: super::name(&request.manifest),
            manifest: None,
            run: super::name(&run.path),
            question: network.question,
            classes: network.classes,
            bootstrap: [bootstrap.samples as u64, bootstrap.seed],
            cases: candidates,
            // Counted by whoever chose the cases.
            of_taught_patients: 0,
            patients: self.patients.iter().collect::<BTreeSet<_>>().len(),
            evaluated: malignant + benign,
            malignant,
            simulated: gathered.rows.iter().filter(|row| is_simulated(&row.source)).count(),
            comparison,
            baselines_left_out: self.left_out.clone(),
            answer: AnswerReport {
                device,
                mode: self.mode,
                options: Architecture::of_file(&request.model, &run.weights)?.options(),
                weights_sha256: run.weights.sha256.clone(),
                moved_by_rounding: moved,
                trained_on: run.weights.card.as_ref().map_or_else(String::new, |c| c.trained_on.clone()),
                caution: None,
                taught: [run.cases.train.len(), run.cases.validation.len()],
                held_out: run.cases.held_out,
                temperature: self.temperature,
                summary: self.summary(gathered, self.temperature.unwrap_or(1.0), bootstrap)?,
                uncalibrated,
                // A temperature moves no margin over zero.
                confusion: Confusion::at(answer, 0.0),
                left_out: gathered.left_out.clone(),
            },
            sources: sources(gathered.rows.iter()),
            files: Vec::new(),
        })
    }

    fn write(
        &self,
        folder: &Path,
        request: &FamilyEvaluateRequest,
        mut report: FamilyReport,
        gathered: &GatheredCohort,
        weights: &[u8],
    ) -> Result<FamilyReport, EvaluateError> {
        for inner in ["tables", "plots"] {
            let path = folder.join(inner);
            std::fs::create_dir_all(&path).map_err(|e| WriteError::new(&path, e))?;
        }
        let mut files = Vec::new();
        let mut put = |name: &str, bytes: &[u8]| -> Result<(), EvaluateError> {
            write_whole(&folder.join(name), bytes)?;
            files.push(name.to_owned());
            Ok(())
        };
        put(&format!("{}.safetensors", request.model), weights)?;
        put("predictions.csv", &self.predictions(gathered)?)?;
        put("tables/comparison.csv", &report.comparison.to_csv()?)?;
        put("tables/summary.csv", &report.answer.summary.to_csv()?)?;
        put("tables.md", family_page::tables(&report).as_bytes())?;
        put("card.md", family_page::card(&report).as_bytes())?;
        for (name, plot) in self.plots(&report, &request.bootstrap)? {
            put(&format!("plots/{name}.svg"), plot.to_svg()?.as_bytes())?;
            put(&format!("plots/{name}.json"), &serde_json::to_vec(&plot).unwrap_or_default())?;
            let (picture, file) = (plot.to_picture()?, format!("plots/{name}.png"));
            write_png(&folder.join(&file), &picture.rgba, picture.size)?;
        }
        report.manifest = relative(folder, &request.manifest).ok();
        files.extend(["roc", "pr", "reliability"].map(|name| format!("plots/{name}.png")));
        files.push("evaluation.json".to_owned());
        files.sort();
        report.files = files;
        write_json(&folder.join("evaluation.json"), &report)?;
        Ok(report)
    }

    fn plots(
        &self,
        report: &FamilyReport,
        bootstrap: &Bootstrap,
    ) -> Result<[(&'static str, Plot); 3], EvaluateError> {
        let title = |what: &str| format!("{what}: {}, {} cases held out", report.data, report.evaluated);
        let curves: Vec<(&str, &Scored, &[usize])> =
            self.contenders.iter().map(|c| (c.name.as_str(), &c.scored, self.patients.as_slice())).collect();
        let raw = &self.contenders[0].scored;
        let scaled = match self.temperature {
            Some(t) => {
                Some(Scored::new(raw.scores().iter().map(|m| m / t).collect(), raw.malignant().to_vec())?)
            }
            None => None,
        };
        let mut named = vec![("as taught", raw)];
        named.extend(scaled.as_ref().map(|scored| ("after temperature", scored)));
        let mut reliability = Plot::reliability(&title("Calibration"), &named);
        let positive = report.classes[1];
        reliability.x.label = format!("Mean predicted probability: {positive}");
        reliability.y.label = format!("Fraction: {positive}");
        Ok([
            ("roc", Plot::roc(&title("ROC"), &curves, bootstrap)?),
            ("pr", Plot::precision_recall(&title("Precision and recall"), &curves, bootstrap)?),
            ("reliability", reliability),
        ])
    }

    /// One row for each case.
    fn predictions(&self, gathered: &GatheredCohort) -> Result<Vec<u8>, EvaluateError> {
        let ways: Vec<String> =
            self.asked.iter().skip(1).map(|way| format!("margin_{}", way.name.replace(' ', "_"))).collect();
        let mut head = vec!["case", "patient", "label", "ratings", "diameter_mm", "margin", "probability"];
        head.extend(ways.iter().map(String::as_str));
        let scores = self.contenders[0].scored.iter();
        let rows = gathered.rows.iter().zip(scores).enumerate().map(|(n, (row, (margin, positive)))| {
            // The columns speak of what the program shows.
            let margin = margin / self.temperature.unwrap_or(1.0);
            let mut cells = vec![
                row.id.clone(),
                row.patient.clone(),
                u8::from(positive).to_string(),
                row.ratings.values().iter().map(u8::to_string).collect::<Vec<_>>().join("|"),
                row.diameter_mm.map_or_else(String::new, |mm| mm.to_string()),
                margin.to_string(),
                probability(margin).to_string(),
            ];
            cells.extend(self.asked.iter().skip(1).map(|way| way.margins[n].to_string()));
            cells
        });
        Ok(csv_bytes(&head, rows)?)
    }
}

/// Features of the teaching cases, and of those that are evaluated.
type Features = (Vec<Option<Vec<f64>>>, Vec<Option<Vec<f64>>>);

/// Clinical fields as features: numbers as they are, words by one column each, and whether they are known.
struct Columns {
    words: Vec<(FieldName, String)>,
    numbers: Vec<(FieldName, f64)>,
}

fn number(fields: &ClinicalFields, field: FieldName) -> Option<f64> {
    match field {
        FieldName::Age => fields.age_years,
        FieldName::Weight => fields.weight_kg,
        _ => None,
    }
}

impl Columns {
    /// Those that any of the cases has.
    fn of(cases: &[&Case]) -> Self {
        let mut words = BTreeSet::new();
        let mut numbers = Vec::new();
        for field in FieldName::ALL {
            if matches!(field, FieldName::Age | FieldName::Weight) {
                let known: Vec<f64> = cases.iter().filter_map(|c| number(&c.clinical, field)).collect();
                if !known.is_empty() {
                    numbers.push((field, known.iter().sum::<f64>() / known.len() as f64));
                }
            } else {
                words.extend(cases.iter().filter_map(|c| Some((field, c.clinical.word(field)?))));
            }
        }
        Self { words: words.into_iter().collect(), numbers }
    }

    /// `None` where the table has no field at all.
    fn row(&self, fields: &ClinicalFields) -> Option<Vec<f64>> {
        let mut row: Vec<f64> =
            self.numbers.iter().map(|(field, mean)| number(fields, *field).unwrap_or(*mean)).collect();
        let is = |field: FieldName, word: &String| fields.word(field).as_ref() == Some(word);
        row.extend(self.words.iter().map(|(field, word)| f64::from(u8::from(is(*field, word)))));
        (!row.is_empty()).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_taught_is_known_by_name_and_by_patient() {
        let row = |id: &str, patient: &str| format!("1,{id},{patient},a.mhd,1,1,1,malignancy,1,1,1,1\n");
        let head = "manifest_version,case_id,patient_id,image,i,j,k,question,label,spacing_i_mm,spacing_j_mm,\
                    spacing_k_mm\n";
        let rows = [row("a", "one"), row("b", "one"), row("c", "two"), row("d", "three")].concat();
        let (manifest, _) = Manifest::from_bytes(format!("{head}{rows}").as_bytes()).expect("a manifest");
        let of = |cases: &RunCases| {
            let taught = Taught::new(cases, &manifest.cases);
            let told = |case: &Case| [taught.by(case), taught.by_patient_of(case)];
            manifest.cases.iter().map(told).collect::<Vec<_>>()
        };
        let [train, patients] = [["a", "z"], ["one", "two"]].map(|names| names.map(str::to_owned).to_vec());
        // A file of an earlier version names no patients: those of rows that taught are known all the same.
        let older = RunCases { train, ..RunCases::default() };
        assert_eq!(of(&older), [[true, true], [false, true], [false, false], [false, false]]);
        let newer = RunCases { patients, ..older };
        assert_eq!(of(&newer), [[true, true], [false, true], [false, true], [false, false]]);
    }

    #[test]
    fn a_caution_of_teaching_stays_and_a_poor_network_says_so_besides() {
        let classes = ["benign", "malignant"];
        let taught = || Some("Learned from simulated nodules".to_owned());
        assert_eq!(cautioned(taught(), 0.8, classes), taught());
        assert_eq!(cautioned(None, 0.8, classes), None);
        let both = cautioned(taught(), 0.61, classes).expect("two");
        assert!(both.starts_with(
            "Learned from simulated nodules; it tells malignant from benign poorly: an AUC of 0.61"
        ));
        assert!(cautioned(None, 0.61, classes).is_some_and(|poor| poor.starts_with("it tells")));
    }
}
