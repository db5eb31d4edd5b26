//! What a forced question had against it.

use super::Request;
use crate::volume::Unit;

/// What would have refused the question, had it not been forced.
pub(super) fn forced(request: &Request) -> Vec<String> {
    let odd = request.defects.iter().filter(|d| !d.classifiable());
    let mut reasons: Vec<String> = odd
        .map(|defect| {
            format!("forced although {}: {}", defect.code.name(), defect.text.trim_end_matches('.'))
        })
        .collect();
    // A volume without a unit whose series says why has its reason already.
    if reasons.is_empty() && *request.volume.unit() != Unit::Hu {
        reasons.push(format!(
            "forced although the volume holds {}, not Hounsfield units",
            request.volume.unit().name()
        ));
    }
    reasons
}
