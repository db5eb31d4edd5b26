//! From answers to figures: which cases, which classifiers, with what intervals.

use std::collections::{BTreeMap, BTreeSet};

use super::baselines::{answer, baselines};
use super::cases::{Held, patients, scored};
use super::error::EvaluateError;
use super::network::{FoldReport, Prediction};
use super::report::{
    ControlReport, EvaluationReport, NetworkReport, ReadersReport, RobustnessReport, SourceReport,
    SurroundingsReport,
};
use super::robustness::Robustness;
use super::{Asked, Control, EvaluateRequest, rules};
use crate::dataset::Case;
use crate::evaluation::{
    Bootstrap, Comparison, Contender, Predictions, Scored, Stratum, SubgroupTable, Summary, Temperature,
    Threshold, auc, cross_fitted_temperature,
};
use crate::networks::m3net::FusionLayers;
use crate::networks::{M3NET_SCALES, NetworkSpec, Scale};

/// Every figure, and what plots and tables draw on besides.
pub struct Findings {
    /// The figures.
    pub report: EvaluationReport,
    /// Every classifier's scores on the evaluated cases, the network first.
    pub contenders: Vec<Contender>,
    /// A number for the patient of each evaluated case.
    pub patients: Vec<usize>,
    /// Margins after calibration, each fold by the others.
    pub calibrated: Option<Scored>,
    /// Temperature by which each fold's margins are divided; empty with one fold.
    pub temperatures: BTreeMap<u32, f64>,
    /// Place in the predictions by case id.
    pub predictions: BTreeMap<String, usize>,
    /// How answers move.
    pub robustness: Option<Robustness>,
    /// Of every interval.
    pub bootstrap: Bootstrap,
    effort: &'static str,
}

impl Findings {
    pub(super) fn new(
        request: &EvaluateRequest,
        network: &NetworkSpec,
        held: &[Held],
        asked: Option<&Asked>,
    ) -> Result<Self, EvaluateError> {
        let bootstrap = request.bootstrap;
        let predictions: BTreeMap<String, usize> = asked
            .iter()
            .flat_map(|a| a.predicted.predictions.iter().enumerate().map(|(at, p)| (id(a, p), at)))
            .collect();
        let at = |n: usize| predictions.get(&held[n].case.id).copied();
        let said = |n: usize| at(n).and_then(|at| asked?.predicted.predictions.get(at));
        // Of an answer that is not there nothing is ever taken.
        let of = |n: usize, margin: fn(&Prediction) -> f64| said(n).map_or(f64::NAN, margin);
        let answered: Vec<usize> =
            (0..held.len()).filter(|&n| asked.is_none() || said(n).is_some()).collect();
        let evaluated: Vec<usize> =
            answered.iter().copied().filter(|&n| held[n].malignant().is_some()).collect();
        let malignant = evaluated.iter().filter(|&&n| held[n].malignant() == Some(true)).count();
        let benign = evaluated.len() - malignant;
        if malignant < 2 || benign < 2 {
            return Err(EvaluateError::TooFew { manifest: request.manifest.clone(), malignant, benign });
        }
        let patients = patients(held, &evaluated);

        let mut contenders = Vec::new();
        if asked.is_some() {
            contenders.push(Contender {
                name: request.model.clone(),
                what: "the network of the case's fold, which has not seen the patient".to_owned(),
                scored: scored(held, &evaluated, |n| of(n, |p| p.reply.margin()))?,
            });
        }
        let all = baselines(held);
        let known = answer(held, &all, &evaluated, M3NET_SCALES[0].crop[2])?;
        contenders.extend(known.contenders);
        if asked.is_some() {
            for scale in Scale::ALL {
                contenders.push(Contender {
                    name: format!("{} alone", scale.name()),
                    what: format!("the {} encoder's own logits, without the fusion", scale.name()),
                    scored: scored(held, &evaluated, |n| {
                        said(n).map_or(f64::NAN, |p| {
                            let [benign, malignant] = p.reply.scales[scale as usize];
                            malignant - benign
                        })
                    })?,
                });
            }
        }
        if let Some(control) = asked.and_then(|a| a.control.as_ref())
            && evaluated.iter().all(|&n| control.margins.contains_key(&held[n].case.id))
        {
            contenders.push(control.contender(held, &evaluated)?);
        }
        let comparison = Comparison::new(&contenders, &patients, known.best_of_size, &bootstrap)?;

        let margins: Vec<(usize, Option<f64>)> =
            answered.iter().map(|&n| (n, said(n).map(|p| p.reply.margin()))).collect();
        let mut findings = Self {
            report: EvaluationReport {
                triscope: env!("CARGO_PKG_VERSION"),
                model: request.model.clone(),
                data: super::name(&request.manifest),
                // Known once the folder is.
                manifest: None,
                run: request.run.as_deref().map(super::name),
                question: network.question,
                label_rules: label_rules(held),
                bootstrap: [bootstrap.samples as u64, bootstrap.seed],
                cases: held.len(),
                patients: patients.iter().collect::<BTreeSet<_>>().len(),
                evaluated: evaluated.len(),
                malignant,
                comparison,
                baselines_left_out: known.left_out,
                rules: rules::rules(&request.model, held, &margins, &all, &bootstrap)?,
                sources: sources(held.iter().map(|h| &h.case)),
                network: None,
                files: Vec::new(),
            },
            contenders,
            patients,
            calibrated: None,
            temperatures: BTreeMap::new(),
            predictions,
            robustness: None,
            bootstrap,
            effort: request.effort.name(),
        };
        if let Some(asked) = asked {
            findings.network(held, asked, &evaluated, answered.len())?;
        }
        Ok(findings)
    }

    /// Everything that only a network has.
    fn network(
        &mut self,
        held: &[Held],
        asked: &Asked,
        evaluated: &[usize],
        answered: usize,
    ) -> Result<(), EvaluateError> {
        let raw = self.contenders[0].scored.clone();
        let folds: Vec<u32> = evaluated.iter().map(|&n| held[n].fold).collect();
        let table = |scored: &Scored| -> Result<Predictions, EvaluateError> {
            let cases = evaluated.iter().zip(scored.iter());
            Ok(Predictions::new(
                cases.map(|(&n, (margin, malignant))| held[n].predicted(malignant, margin)).collect(),
            )?)
        };
        let distinct: BTreeSet<u32> = folds.iter().copied().collect();
        let mut temperatures = Vec::new();
        if distinct.len() > 1 {
            let fitted = cross_fitted_temperature(&raw, &folds)?;
            self.temperatures =
                distinct.iter().copied().zip(fitted.temperatures.iter().map(|t| t.value)).collect();
            temperatures = fitted.temperatures;
            self.calibrated = Some(fitted.scored);
        }
        let summary = |scored: &Scored| -> Result<Summary, EvaluateError> {
            Ok(Summary::new(&table(scored)?, Threshold::default(), &self.bootstrap)?)
        };
        let strata = |scored: &Scored, stratum| -> Result<SubgroupTable, EvaluateError> {
            Ok(SubgroupTable::new(&table(scored)?, stratum, Threshold::default(), &self.bootstrap)?)
        };
        let reference = self.report.comparison.reference.as_deref();
        let reference = self.contenders.iter().find(|c| Some(c.name.as_str()) == reference);
        // A fold without labelled cases has the temperature of none of them.
        let of_fold = |fold: u32| self.temperatures.get(&fold).copied().unwrap_or(1.0);
        self.robustness = asked.changed.figures(of_fold)?;
        let there: BTreeSet<u32> = held.iter().map(|h| h.fold).collect();
        let finished: BTreeSet<u32> = asked.predicted.folds.iter().map(|f| f.fold).collect();
        let simulated = |p: &&Prediction| !asked.pictures.nodules[p.picture].opacity.is_empty();
        let of_fold = |report: &FoldReport| {
            let own = (0..folds.len()).filter(|&n| folds[n] == report.fold);
            FoldReport { auc: raw.select(own).and_then(|s| auc(&s).ok()), ..report.clone() }
        };
        self.report.network = Some(NetworkReport {
            device: asked.device.clone(),
            folds: asked.predicted.folds.iter().map(of_fold).collect(),
            unfinished_folds: there.difference(&finished).copied().collect(),
            answered,
            simulated: asked.predicted.predictions.iter().filter(simulated).count(),
            moved_by_rounding: asked.rounded.moved,
            left_out: asked.left_out.clone(),
            summary: summary(&raw)?,
            calibrated: self.calibrated.as_ref().map(summary).transpose()?,
            temperatures_out_of_fold: temperatures,
            temperature: Temperature::fit(&raw),
            subgroups: Stratum::ALL
                .into_iter()
                .map(|stratum| strata(&raw, stratum))
                .collect::<Result<_, EvaluateError>>()?,
            reference_by_size: reference.map(|c| strata(&c.scored, Stratum::Size)).transpose()?,
            ablations: self.ablations(held, asked, evaluated)?,
            control: self.control(held, asked, evaluated)?,
            robustness: self.robustness.as_ref().map(|r| RobustnessReport {
                effort: self.effort,
                cases: r.cases,
                changes: r.rows.clone(),
            }),
            surroundings: self.surroundings(held, asked, evaluated, &table)?,
            readers: readers(held, asked, &self.predictions),
        });
        Ok(())
    }

    fn prediction<'a>(&self, asked: &'a Asked, held: &Held) -> Option<&'a Prediction> {
        asked.predicted.predictions.get(*self.predictions.get(&held.case.id)?)
    }

    /// The network with something taken from it.
    fn ablations(
        &self,
        held: &[Held],
        asked: &Asked,
        evaluated: &[usize],
    ) -> Result<Comparison, EvaluateError> {
        let contender = |name: String, what: String, margin: &dyn Fn(&Prediction) -> f64| {
            let of = |n: usize| self.prediction(asked, &held[n]).map_or(f64::NAN, margin);
            Ok::<_, EvaluateError>(Contender { name, what, scored: scored(held, evaluated, of)? })
        };
        let mut all = vec![self.contenders[0].clone()];
        for scale in Scale::ALL {
            let name = scale.name();
            let what = format!("the fusion, asked with the mean of the {name} logits over training cases");
            all.push(contender(format!("without {name}"), what, &|p| p.without_scale[scale as usize])?);
        }
        for (n, (name, _)) in FusionLayers::ABLATIONS.iter().enumerate() {
            let what = "these layers left out when asking, not when teaching".to_owned();
            all.push(contender((*name).to_owned(), what, &|p| p.ablated[n])?);
        }
        let reference = all[0].name.clone();
        Ok(Comparison::new(&all, &self.patients, Some(&reference), &self.bootstrap)?)
    }

    /// The same nodules in other simulated surroundings.
    /// - `table`: scores of the evaluated cases with what is known of these
    fn surroundings(
        &self,
        held: &[Held],
        asked: &Asked,
        evaluated: &[usize],
        table: &impl Fn(&Scored) -> Result<Predictions, EvaluateError>,
    ) -> Result<Option<SurroundingsReport>, EvaluateError> {
        let elsewhere = &asked.elsewhere;
        if elsewhere.looks == 0 {
            return Ok(None);
        }
        let at = |n: usize| self.predictions.get(&held[n].case.id).copied();
        let each = (0..elsewhere.looks)
            .map(|look| {
                let of = |n: usize| at(n).and_then(|at| elsewhere.margins.get(at)?.get(look).copied());
                Ok(auc(&scored(held, evaluated, |n| of(n).unwrap_or(f64::NAN))?)?)
            })
            .collect::<Result<_, EvaluateError>>()?;
        let of = |n: usize| at(n).and_then(|at| elsewhere.mean(at)).unwrap_or(f64::NAN);
        let mean = Contender {
            name: format!("mean of {} surroundings", elsewhere.looks),
            what: "the same network; the mean of its margins".to_owned(),
            scored: scored(held, evaluated, of)?,
        };
        let by_size =
            SubgroupTable::new(&table(&mean.scored)?, Stratum::Size, Threshold::default(), &self.bootstrap)?;
        let reference = self.report.comparison.reference.as_deref();
        let mut all = vec![mean, self.contenders[0].clone()];
        all.extend(self.contenders.iter().find(|c| Some(c.name.as_str()) == reference).cloned());
        let comparison = Comparison::new(&all, &self.patients, reference, &self.bootstrap)?;
        Ok(Some(SurroundingsReport { looks: elsewhere.looks, each, comparison, by_size }))
    }

    /// The shortcut control beside the network, on what both have answered.
    fn control(
        &self,
        held: &[Held],
        asked: &Asked,
        evaluated: &[usize],
    ) -> Result<Option<ControlReport>, EvaluateError> {
        let Some(control) = &asked.control else { return Ok(None) };
        let known = |n: &usize| control.margins.contains_key(&held[*n].case.id);
        let both: Vec<usize> = evaluated.iter().copied().filter(known).collect();
        let malignant = both.iter().filter(|&&n| held[n].malignant() == Some(true)).count();
        if malignant < 2 || both.len() - malignant < 2 {
            return Err(EvaluateError::ControlApart(control.run.clone()));
        }
        let of = |n: usize| self.prediction(asked, &held[n]).map_or(f64::NAN, |p| p.reply.margin());
        let network = Contender { scored: scored(held, &both, of)?, ..self.contenders[0].clone() };
        let other = control.contender(held, &both)?;
        let (name, what) = (other.name.clone(), other.what.clone());
        let comparison =
            Comparison::new(&[network, other], &patients(held, &both), Some(&name), &self.bootstrap)?;
        Ok(Some(ControlReport { run: control.run.clone(), of_ball: control.of_ball, what, comparison }))
    }
}

impl Control {
    /// - `places`: labelled cases that it has answered
    fn contender(&self, held: &[Held], places: &[usize]) -> Result<Contender, EvaluateError> {
        let margin = |n: usize| self.margins.get(&held[n].case.id).copied().unwrap_or(f64::NAN);
        let what = if self.of_ball {
            "a network taught in the same way on pictures with the same ball in every nodule's place"
        } else {
            "the network of another run, **which was shown the nodules: no control**"
        };
        Ok(Contender {
            name: "shortcut control".to_owned(),
            what: what.to_owned(),
            scored: scored(held, places, margin)?,
        })
    }
}

/// The case of a prediction.
fn id(asked: &Asked, prediction: &Prediction) -> String {
    asked.pictures.nodules[prediction.picture].id.clone()
}

fn label_rules(held: &[Held]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for h in held {
        *counts.entry(h.case.label_rule.name()).or_insert(0) += 1;
    }
    counts
}

/// Where cases come from, and how many from each.
pub(super) fn sources<'a>(cases: impl Iterator<Item = &'a Case>) -> Vec<SourceReport> {
    let mut counts: BTreeMap<[&str; 3], usize> = BTreeMap::new();
    for case in cases {
        *counts.entry([&case.source, &case.licence, &case.citation]).or_insert(0) += 1;
    }
    let report = |([source, licence, citation], cases): ([&str; 3], usize)| SourceReport {
        source: source.to_owned(),
        licence: licence.to_owned(),
        citation: citation.to_owned(),
        cases,
    };
    counts.into_iter().map(report).collect()
}

/// Expected ratings beside given ones.
fn readers(held: &[Held], asked: &Asked, predictions: &BTreeMap<String, usize>) -> Option<ReadersReport> {
    let pairs: Vec<([f64; 2], [f64; 2])> = held
        .iter()
        .filter_map(|h| {
            let said = asked.predicted.predictions.get(*predictions.get(&h.case.id)?)?;
            let readers = said.reply.readers?;
            Some(([readers.mean, readers.sd], [h.case.ratings.mean()?, h.case.ratings.spread()?]))
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|(_, given)| given[0]).sum::<f64>() / count;
    let error = |n: usize| pairs.iter().map(|(said, given)| (said[n] - given[n]).abs()).sum::<f64>() / count;
    Some(ReadersReport {
        cases: pairs.len(),
        mean_error: error(0),
        mean_error_of_constant: pairs.iter().map(|(_, g)| (g[0] - mean).abs()).sum::<f64>() / count,
        spread_error: error(1),
    })
}

/// What the baselines are fitted on, for the page.
pub fn fitted_on(report: &EvaluationReport) -> String {
    let unfinished = report.network.as_ref().map_or(0, |n| n.unfinished_folds.len());
    match unfinished {
        0 => "each fold by the cases of all others".to_owned(),
        _ => "each fold by the cases of all others, those of folds whose network is not finished too"
            .to_owned(),
    }
}
