//! Pictures of a series that is no volume, read one by one as they are turned to.

use super::core::Core;
use crate::ingest::IngestError;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{News, Stage, Thumbnail};
use crate::workflow::thumbnails::page;

/// The picture that is being read.
pub(super) struct Reading {
    series: usize,
    page: usize,
    job: Job<Result<Thumbnail, IngestError>>,
}

impl Core {
    /// Hands on what has come; reads the picture that is wanted now, and no other.
    pub(super) fn poll_pages(&mut self) {
        let Stage::Unusable(series) = self.session.stage() else {
            self.reading_page = None;
            return;
        };
        let pages = self.session.case().pages();
        let (wanted, behind) = (pages.wanted(), pages.is_behind());
        if let Some(reading) = self.reading_page.take() {
            match reading.job.poll() {
                // One that is on its way is shown also where another is wanted by now: who turns quickly sees
                // that something moves.
                None if reading.series == series => {
                    self.reading_page = Some(reading);
                    return;
                }
                Some(Outcome::Done(picture)) if reading.series == series => {
                    let picture = picture.map_err(|e| e.to_string());
                    self.session.receive(News::Page { series, page: reading.page, picture });
                }
                Some(Outcome::Failed(failure)) if reading.series == series => {
                    let picture = Err(failure.to_string());
                    self.session.receive(News::Page { series, page: reading.page, picture });
                }
                None | Some(_) => {}
            }
        }
        // The first one is in the list already.
        let pages = self.session.case().pages();
        let turned = pages.shown().is_some() || wanted != pages.total() / 2;
        if !(behind && turned && pages.is_behind()) {
            return;
        }
        let scan = std::sync::Arc::clone(self.session.scan());
        let job = spawn("picture", self.waker.now(), move |ctx| match scan.series.get(series) {
            None => Ok(Err(IngestError::Sentence("This series is not there any more".to_owned()))),
            Some(series) => match page(series, wanted, ctx) {
                Err(IngestError::Cancelled(stop)) => Err(stop),
                read => Ok(read),
            },
        });
        self.reading_page = Some(Reading { series, page: wanted, job });
    }

    /// Turns over the pictures.
    pub(super) fn turn_page(&mut self, by: i64) {
        let pages = self.session.case().pages();
        let to = i64::try_from(pages.wanted()).unwrap_or(i64::MAX).saturating_add(by).max(0);
        self.session.receive(News::TurnedTo(usize::try_from(to).unwrap_or(usize::MAX)));
    }
}
