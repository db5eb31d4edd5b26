//! From figures to plots.

use super::{Axis, Corner, Layer, Plot};
use crate::evaluation::{
    Bootstrap, CalibrationBin, Estimate, EvaluationError, Interval, Scored, auc, average_precision,
    expected_calibration_error, precision_recall_curve, reliability_curve, roc_curve,
};

/// A loss or a figure by epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    /// What it is of: training, validation.
    pub name: String,
    /// One value for each epoch, from the first; values that are not finite are left out.
    pub values: Vec<f64>,
}

/// What a figure does as the click moves away from the nodule's centre.
#[derive(Clone, Debug, PartialEq)]
pub struct JitterCurve {
    /// The classifier.
    pub name: String,
    /// Distance of the click from the centre in mm, rising, and the figure there.
    pub points: Vec<(f64, f64, Interval)>,
}

impl Plot {
    /// ROC curves of classifiers, with the area and its interval by patient in the names.
    ///
    /// - `classifiers`: name, scores, and the patient of each case
    /// - errors: one class alone, unequal lengths
    pub fn roc(
        title: &str,
        classifiers: &[(&str, &Scored, &[usize])],
        bootstrap: &Bootstrap,
    ) -> Result<Self, EvaluationError> {
        let mut plot = Self::unit_square(title, "1 − specificity", "Sensitivity", Corner::LowerRight);
        plot.layers.push(Layer::Reference(vec![[0.0, 0.0], [1.0, 1.0]]));
        for (name, scored, patients) in classifiers {
            let points =
                roc_curve(scored)?.iter().map(|p| [p.false_positive_rate, p.true_positive_rate]).collect();
            let area = bootstrap.estimate(scored, patients, |s| auc(s).ok())?;
            plot.line(points, figure_name(name, scored, "AUC", area));
        }
        Ok(plot)
    }

    /// Precision-recall curves, as the steps that average precision sums, with that figure and its interval
    /// by patient in the names. The line of reference is the fraction of malignant cases, which chance
    /// reaches, of the first classifier.
    ///
    /// - `classifiers`, errors: as for `roc`
    pub fn precision_recall(
        title: &str,
        classifiers: &[(&str, &Scored, &[usize])],
        bootstrap: &Bootstrap,
    ) -> Result<Self, EvaluationError> {
        let mut plot = Self::unit_square(title, "Recall (sensitivity)", "Precision", Corner::LowerLeft);
        if let Some((_, scored, _)) = classifiers.first() {
            let fraction = scored.classes()[0] as f64 / scored.count() as f64;
            plot.layers.push(Layer::Reference(vec![[0.0, fraction], [1.0, fraction]]));
        }
        for (name, scored, patients) in classifiers {
            let mut points: Vec<[f64; 2]> = Vec::new();
            for point in precision_recall_curve(scored)? {
                // The precision of a threshold holds for the recall that it adds.
                let from = points.last().map_or(0.0, |last| last[0]);
                points.extend([[from, point.precision], [point.recall, point.precision]]);
            }
            let area = bootstrap.estimate(scored, patients, |s| average_precision(s).ok())?;
            plot.line(points, figure_name(name, scored, "AP", area));
        }
        Ok(plot)
    }

    /// Reliability curves in bins of equal numbers, each with Wilson's 95 % interval, and the expected
    /// calibration error in the names.
    ///
    /// - `classifiers`: name and logit margins
    pub fn reliability(title: &str, classifiers: &[(&str, &Scored)]) -> Self {
        let mut plot = Self::unit_square(
            title,
            "Mean predicted probability of malignancy",
            "Fraction malignant",
            Corner::UpperLeft,
        );
        plot.layers.push(Layer::Reference(vec![[0.0, 0.0], [1.0, 1.0]]));
        for (name, scored) in classifiers {
            let curve = reliability_curve(scored, crate::evaluation::BINS);
            let dot = |bin: &CalibrationBin| {
                let Interval { low, high } = bin.interval();
                [bin.mean_probability, bin.fraction(), low, high]
            };
            let dots: Vec<[f64; 4]> = curve.iter().map(dot).collect();
            let series = plot.series.len();
            let error = expected_calibration_error(scored);
            plot.line(
                dots.iter().map(|d| [d[0], d[1]]).collect(),
                format!("{name}: ECE {error:.3}, n = {}", scored.count()),
            );
            plot.layers.push(Layer::Dots { points: dots, series });
        }
        plot
    }

    /// A figure against the distance of the click, with its intervals as bands.
    ///
    /// - `figure`: its name for the axis
    /// - errors: no point
    pub fn jitter(title: &str, figure: &str, curves: &[JitterCurve]) -> Result<Self, EvaluationError> {
        let points = || curves.iter().flat_map(|c| &c.points);
        let x = range(points().map(|p| p.0).chain([0.0]), false)?;
        let y = range(points().flat_map(|p| [p.1, p.2.low, p.2.high]), true)?;
        let label = "Distance of the click from the centre (mm)";
        let mut plot =
            Self::plain(title, Axis { label: label.to_owned(), range: x }, figure, y, Corner::LowerLeft);
        // All bands lie behind all lines.
        for (series, curve) in curves.iter().enumerate() {
            let points = curve.points.iter().map(|(x, _, i)| [*x, i.low, i.high]).collect();
            plot.layers.push(Layer::Band { points, series });
        }
        for curve in curves {
            plot.line(curve.points.iter().map(|(x, y, _)| [*x, *y]).collect(), curve.name.clone());
        }
        Ok(plot)
    }

    /// Losses by epoch, counted from 1.
    ///
    /// - `loss`: its name for the axis, with the unit
    /// - errors: no finite value
    pub fn losses(title: &str, loss: &str, curves: &[LossCurve]) -> Result<Self, EvaluationError> {
        let values = curves.iter().flat_map(|c| &c.values).copied().filter(|v| v.is_finite());
        let y = range(values, true)?;
        let epochs = curves.iter().map(|c| c.values.len()).max().unwrap_or(0);
        let x = Axis { label: "Epoch".to_owned(), range: [1.0, epochs.max(2) as f64] };
        let mut plot = Self::plain(title, x, loss, y, Corner::UpperRight);
        for curve in curves {
            let points = curve.values.iter().enumerate().map(|(n, v)| [(n + 1) as f64, *v]);
            plot.line(points.filter(|p| p[1].is_finite()).collect(), curve.name.clone());
        }
        Ok(plot)
    }

    fn unit_square(title: &str, x: &str, y: &str, names: Corner) -> Self {
        let axis = |label: &str| Axis { label: label.to_owned(), range: [0.0, 1.0] };
        let (x, y) = (axis(x), axis(y));
        Self { title: title.to_owned(), x, y, square: true, layers: Vec::new(), series: Vec::new(), names }
    }

    fn plain(title: &str, x: Axis, label: &str, range: [f64; 2], names: Corner) -> Self {
        let y = Axis { label: label.to_owned(), range };
        Self { title: title.to_owned(), x, y, square: false, layers: Vec::new(), series: Vec::new(), names }
    }

    /// Adds a series of one line.
    fn line(&mut self, points: Vec<[f64; 2]>, name: String) {
        self.layers.push(Layer::Line { points, series: self.series.len() });
        self.series.push(name);
    }
}

/// `M3Net: AUC 0.912 (95 % CI 0.893 to 0.930), n = 839`.
fn figure_name(name: &str, scored: &Scored, figure: &str, area: Estimate) -> String {
    let Interval { low, high } = area.interval;
    format!("{name}: {figure} {:.3} (95 % CI {low:.3} to {high:.3}), n = {}", area.value, scored.count())
}

/// From the lowest to the highest value, with a little room where asked for.
fn range(values: impl Iterator<Item = f64>, room: bool) -> Result<[f64; 2], EvaluationError> {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return Err(EvaluationError::Undefined);
    }
    // Equal values still need an axis of some length.
    let span = if high > low { high - low } else { high.abs().max(1.0) * 0.1 };
    let margin = if room { 0.05 * span } else { 0.0 };
    Ok([low - margin, if high > low { high } else { low + span } + margin])
}
