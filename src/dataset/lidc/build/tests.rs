use super::super::readings::parse;
use super::*;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LidcReadMessage uid="1.2" xmlns="http://www.nih.gov">
 <ResponseHeader><SeriesInstanceUid> 1.2.3 </SeriesInstanceUid></ResponseHeader>
 <readingSession>
  <unblindedReadNodule><noduleID>A</noduleID>
   <characteristics><subtlety>5</subtlety><internalStructure>1</internalStructure>
    <calcification>6</calcification><sphericity>3</sphericity><margin>9</margin><lobulation>1</lobulation>
    <spiculation>1</spiculation><texture>5</texture><malignancy>4</malignancy></characteristics>
   <roi><imageZposition>-10.5 </imageZposition><inclusion>TRUE</inclusion>
    <edgeMap><xCoord>10</xCoord><yCoord>20</yCoord></edgeMap>
    <edgeMap><xCoord>13</xCoord><yCoord>24</yCoord></edgeMap></roi>
   <roi><imageZposition>-8</imageZposition><inclusion>FALSE</inclusion>
    <edgeMap><xCoord>11</xCoord><yCoord>22</yCoord></edgeMap></roi>
  </unblindedReadNodule>
  <unblindedReadNodule><noduleID>small</noduleID>
   <roi><imageZposition>1</imageZposition><edgeMap><xCoord>1</xCoord><yCoord>1</yCoord></edgeMap></roi>
  </unblindedReadNodule>
  <nonNodule><nonNoduleID>x</nonNoduleID></nonNodule>
 </readingSession>
 <readingSession>
  <unblindedReadNodule><noduleID>B</noduleID>
   <characteristics><malignancy>0</malignancy></characteristics>
   <roi><imageZposition>oops</imageZposition></roi>
   <roi><imageZposition>3</imageZposition>
    <edgeMap><xCoord>1</xCoord><yCoord>1</yCoord></edgeMap><edgeMap><xCoord>2</xCoord><yCoord>z</yCoord></edgeMap>
    <edgeMap><xCoord>2</xCoord><yCoord>1</yCoord></edgeMap></roi>
  </unblindedReadNodule>
 </readingSession>
</LidcReadMessage>"#;

#[test]
fn readings_marks_and_oddities_are_told_apart() {
    let file = parse(XML).expect("whole").expect("of a CT");
    assert_eq!(file.series_uid, "1.2.3");
    assert_eq!((file.readings.len(), file.small_nodules, file.non_nodules), (2, 1, 1));
    let [a, b] = file.readings.as_slice() else { panic!("two") };
    assert_eq!((a.session, a.malignancy, a.contours.len()), (0, Some(4), 2));
    assert_eq!(a.contours[0].z_mm, -10.5);
    assert!(a.contours[0].inclusion && !a.contours[1].inclusion);
    assert_eq!(a.characteristics[Characteristic::Calcification.index()], Some(6));
    assert_eq!(a.characteristics[Characteristic::Margin.index()], None, "9 is on no scale");
    // 3 columns of 0.5 mm and 4 rows of 0.5 mm.
    assert_eq!(a.diameter_mm([0.5, 0.5]), 2.5);
    assert_eq!(a.centroid(), Some([34.0 / 3.0, 22.0, -29.0 / 3.0]));
    assert_eq!((b.session, b.malignancy), (1, None));
    assert_eq!(file.oddities.len(), 3, "{:?}", file.oddities);
}

#[test]
fn other_xml_is_passed_over_and_broken_xml_refused() {
    assert_eq!(parse("<IdriReadMessage/>"), Ok(None));
    for (text, word) in [
        ("", "no whole XML"),
        ("<LidcReadMessage>", "no whole XML"),
        ("<LidcReadMessage></LidcReadMessage>", "which series"),
        (&XML[..900], "no whole XML"),
    ] {
        let sentence = parse(text).expect_err(word);
        assert!(sentence.contains(word), "{sentence}");
    }
    // Entities that grow when they are read are refused, not read.
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><x>&b;</x>";
    assert!(parse(bomb).is_err());
}

proptest::proptest! {
    #[test]
    fn damaged_readings_are_read_or_refused(
        at in proptest::collection::vec((0usize..1800, proptest::prelude::any::<u8>()), 1..8),
        length in 0usize..2200,
    ) {
        let mut bytes = XML.as_bytes().to_vec();
        for (at, value) in at {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(length);
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }
}
