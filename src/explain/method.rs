//! Explanations by the names of the command line.

use std::fmt;
use std::str::FromStr;

use super::error::ExplainError;
use crate::networks::Scale;

/// A method of explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Gradient-weighted class activation, positive evidence alone (Selvaraju et al. 2017,
    /// arXiv 1610.02391), in three dimensions.
    GradCam,
    /// The network's own: per-scale Grad-CAMs weighted by the signed contribution of their scale.
    Native,
}

impl Method {
    /// Name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GradCam => "grad_cam",
            Self::Native => "native",
        }
    }
}

/// A method, for one scale or for all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wanted {
    /// Which.
    pub method: Method,
    /// `None`: the scales combined.
    pub scale: Option<Scale>,
}

impl Wanted {
    /// What the window shows: combined, micro, meso, macro.
    pub const ALL_GRAD_CAM: [Wanted; 4] = [
        Wanted { method: Method::GradCam, scale: None },
        Wanted { method: Method::GradCam, scale: Some(Scale::Micro) },
        Wanted { method: Method::GradCam, scale: Some(Scale::Meso) },
        Wanted { method: Method::GradCam, scale: Some(Scale::Macro) },
    ];
}

impl FromStr for Wanted {
    type Err = ExplainError;

    /// `grad_cam`, `grad_cam:micro` ...
    fn from_str(text: &str) -> Result<Self, ExplainError> {
        let unknown = || ExplainError::Unknown(text.to_owned());
        let (name, scale) = text.split_once(':').map_or((text, None), |(name, scale)| (name, Some(scale)));
        let method =
            [Method::GradCam, Method::Native].into_iter().find(|m| m.name() == name).ok_or_else(unknown)?;
        let scale = match scale {
            None => None,
            Some(word) => Some(Scale::ALL.into_iter().find(|s| s.name() == word).ok_or_else(unknown)?),
        };
        // One scale's share of a sum over scales says nothing that its Grad-CAM does not.
        if method == Method::Native && scale.is_some() {
            return Err(unknown());
        }
        Ok(Self { method, scale })
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.name())?;
        self.scale.map_or(Ok(()), |scale| write!(f, ":{}", scale.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["grad_cam", "grad_cam:micro", "grad_cam:meso", "grad_cam:macro", "native"] {
            assert_eq!(text.parse::<Wanted>().expect("known").to_string(), text);
        }
        for text in ["", "cam", "grad_cam:", "grad_cam:nano", "native:micro", "grad_cam:micro:meso"] {
            assert!(text.parse::<Wanted>().is_err(), "{text}");
        }
    }
}
