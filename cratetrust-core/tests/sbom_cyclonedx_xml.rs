//! CycloneDX as XML: of other hands, broken, hostile; and what every version says of a full bill.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sbom_support;

use cratetrust_core::bom::{Contact, Scope};
use cratetrust_core::package::SourceKind;
use cratetrust_core::sbom::{Document, Format, LicenseRole, read, write};
use cratetrust_core::{CancelToken, Error, ErrorKind, Limits};
use sbom_support::*;

fn fail(text: &str) -> Error {
    read(
        text.as_bytes(),
        "x.xml",
        &Limits::default(),
        &CancelToken::new(),
    )
    .unwrap_err()
}

fn bom(version: &str, inside: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='utf-8'?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/{version}\" version=\"1\">{inside}</bom>\n"
    )
}

/// As other producers lay it out: a prefix, comments, CDATA, entities, elements of other
/// namespaces, line breaks around values, the older places of things.
const FOREIGN: &str = r#"<?xml version="1.0"?>
<!-- made by hand -->
<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.5" xmlns:x="urn:x" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79">
  <c:metadata>
    <c:timestamp>2026-01-01T00:00:00Z</c:timestamp>
    <c:tools><c:tool><c:vendor>V</c:vendor><c:name>maker</c:name><c:version>2</c:version></c:tool></c:tools>
    <c:component type="application" bom-ref="root"><c:name>demo</c:name><c:version>1.0.0</c:version>
      <c:purl>pkg:cargo/demo@1.0.0?download_url=file://.</c:purl></c:component>
    <c:manufacture><c:name>M &amp; Co</c:name><c:url>https://m.example.org</c:url><c:url>https://second.example.org</c:url>
      <c:contact><c:name>P</c:name><c:email>p@example.org</c:email></c:contact></c:manufacture>
    <c:licenses><c:license><c:id>CC0-1.0</c:id></c:license></c:licenses>
  </c:metadata>
  <c:components>
    <x:component type="library"><x:name>not ours</x:name></x:component>
    <c:component type="library" bom-ref='it&#111;a'>
      <c:supplier><c:name>S</c:name></c:supplier>
      <c:author>Da<![CDATA[vid <d@example.org>]]></c:author>
      <c:name>
        itoa
      </c:name>
      <c:version>1.0.11</c:version>
      <c:scope>optional</c:scope>
      <c:hashes><c:hash alg="SHA-256">94e6839e12a8054ffcb844aadeef721d52341375ec1e5322ad57bafc13f1a087</c:hash></c:hashes>
      <c:licenses>
        <c:license acknowledgement="concluded"><c:id>MIT</c:id></c:license>
        <c:license><c:name>Own</c:name><c:text encoding="base64">b3duIHRleHQK</c:text></c:license>
      </c:licenses>
      <c:copyright>&#xa9; David</c:copyright>
      <c:cpe>cpe:2.3:a:x:itoa:1.0.11:*:*:*:*:*:*:*</c:cpe>
      <c:purl>pkg:cargo/itoa@1.0.11</c:purl>
      <c:swid tagId="swid-1" name="itoa"/>
      <c:pedigree><c:ancestors><c:component type="library"><c:name>older</c:name></c:component></c:ancestors></c:pedigree>
      <c:externalReferences>
        <c:reference type="vcs"><c:url>https://github.com/dtolnay/itoa</c:url></c:reference>
        <c:reference type="distribution"><c:url>https://example.org/itoa.crate</c:url><c:hashes><c:hash alg="MD5">0123</c:hash></c:hashes></c:reference>
      </c:externalReferences>
      <c:properties><c:property name="bsi:component:filename">itoa-1.0.11.crate</c:property>
        <c:property name="bsi:component:archive">archive</c:property></c:properties>
    </c:component>
    <c:component type="operating-system" bom-ref="os"><c:name>debian</c:name><c:version>13</c:version></c:component>
  </c:components>
  <c:dependencies>
    <c:dependency ref="root"><c:dependency ref="itoa"/><c:dependency ref="gone"/></c:dependency>
    <c:dependency ref="itoa"/>
  </c:dependencies>
  <c:compositions><c:composition><c:aggregate>complete</c:aggregate>
    <c:dependencies><c:dependency ref="itoa"/></c:dependencies></c:composition></c:compositions>
</c:bom>
"#;

fn check_foreign(document: &Document) {
    assert_eq!(document.format, Format::CycloneDxXml);
    assert_eq!(document.spec_version, "1.5");
    assert_eq!(document.faults, []);
    let names: Vec<_> = document.bom.packages.iter().map(|p| &*p.name).collect();
    assert_eq!(names, ["demo", "itoa"]);
    assert_eq!(document.bom.packages[0].source.kind, SourceKind::Path);
    assert_eq!(document.tools, ["maker 2"]);
    assert_eq!(document.bom.document.tools[0].name, "maker");
    let manufacturer = Contact {
        name: "M & Co".into(),
        email: Some("p@example.org".into()),
        url: Some("https://m.example.org".into()),
    };
    assert_eq!(document.bom.document.manufacturer, Some(manufacturer));
    assert_eq!(document.bom.document.supplier, None);
    assert_eq!(document.data_licenses, ["CC0-1.0"]);
    assert_eq!(
        document.identifier.as_deref(),
        Some("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79")
    );
    let (itoa, claim) = (&document.bom.packages[1], &document.claims[1]);
    assert_eq!(itoa.authors, ["David <d@example.org>"]);
    assert_eq!(claim.creators[0].email.as_deref(), Some("d@example.org"));
    assert_eq!(itoa.scope, Scope::Maybe);
    assert_eq!(itoa.license.as_deref(), Some("Own"));
    assert_eq!(itoa.license_text.as_deref(), Some("own text\n"));
    assert_eq!(itoa.license_concluded.as_deref(), Some("MIT"));
    assert_eq!(claim.licenses[0], (LicenseRole::Concluded, "MIT".into()));
    assert_eq!(claim.licenses[1], (LicenseRole::Unstated, "Own".into()));
    assert_eq!(claim.copyright.as_deref(), Some("© David"));
    assert_eq!(claim.supplier.as_ref().unwrap().name, "S");
    assert_eq!(claim.identifiers.len(), 2);
    assert_eq!(claim.sources, ["https://github.com/dtolnay/itoa"]);
    assert_eq!(
        claim.distributions[0].hashes,
        [("MD5".into(), "0123".into())]
    );
    assert_eq!(claim.filename.as_deref(), Some("itoa-1.0.11.crate"));
    assert_eq!(
        claim.file_properties,
        [("archive".to_owned(), "archive".to_owned())]
    );
    assert_eq!(claim.completeness.as_deref(), Some("complete"));
    assert_eq!(claim.place, "/bom/components/component[1]");
    assert_eq!(document.foreign, 1);
    assert_eq!(document.others[0].name, "debian");
    assert_eq!(document.bom.edges.len(), 1);
    assert_eq!(document.unknown_refs.len(), 1);
    assert_eq!(
        document.unknown_refs[0].place,
        "/bom/dependencies/dependency[1]/dependency[2]"
    );
}

#[test]
fn a_document_of_another_hand() {
    check_foreign(&parse(FOREIGN.as_bytes()));
    // With a byte order mark, and with line ends of another system.
    let marked = format!("\u{feff}{}", FOREIGN.replace('\n', "\r\n"));
    check_foreign(&parse(marked.as_bytes()));
    // Without the prefix.
    check_foreign(&parse(
        FOREIGN
            .replace("<c:", "<")
            .replace("</c:", "</")
            .replace("xmlns:c=", "xmlns=")
            .as_bytes(),
    ));
}

#[test]
fn every_version_is_read_and_others_are_named() {
    for version in ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"] {
        let document = parse(bom(version, "<components/>").as_bytes());
        assert_eq!(document.faults, [], "{version}");
        assert_eq!(document.spec_version, version);
    }
    let document = parse(bom("1.1", "").as_bytes());
    assert_eq!(document.faults[0].place, "/bom/specVersion");
    for text in [
        "<html><body/></html>",
        "<bom/>",
        "<bom xmlns='urn:other'/>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
    ] {
        assert_eq!(fail(text).kind(), ErrorKind::UnsupportedFormat, "{text}");
    }
}

#[test]
fn what_is_no_good_xml_is_an_error_with_its_place() {
    let name = |text: &str| {
        bom(
            "1.6",
            &format!(
                "<components><component type='library'><name>{text}</name></component></components>"
            ),
        )
    };
    for (text, word) in [
        (bom("1.6", "<metadata>"), "XML"),
        (bom("1.6", "</metadata>"), "XML"),
        (bom("1.6", "<metadata"), "XML"),
        (bom("1.6", "") + "<again/>", "second root"),
        (bom("1.6", "") + "text", "outside"),
        (name("&undefined;"), "&undefined;"),
        (name("&#0;"), "&#0;"),
        (name("&#xd800;"), "&#xd800;"),
        (name("&#x110000;"), "&#x110000;"),
        (name("\u{1}"), "U+0001"),
        (name("<![CDATA[\u{0}]]>"), "U+0000"),
        (bom("1.6", "<components a=b></components>"), "XML"),
        (bom("1.6", "<components a='&x;'></components>"), "XML"),
        ("<".into(), "XML"),
    ] {
        let error = fail(&text);
        assert_eq!(error.kind(), ErrorKind::Parse, "{text}: {error}");
        assert!(error.to_string().contains(word), "{text}: {error}");
        assert!(error.to_string().contains("x.xml"), "{error}");
    }
    let utf16: Vec<u8> = "\u{feff}<bom/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [&utf16[..], &utf16[2..], b"<bom a='\xff'/>"] {
        let error = read(bytes, "x", &Limits::default(), &CancelToken::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidUtf8, "{error}");
    }
    let latin = bom("1.6", "").replace("utf-8", "ISO-8859-1");
    let error = fail(&latin);
    assert_eq!(error.kind(), ErrorKind::InvalidUtf8);
    assert!(error.to_string().contains("ISO-8859-1"), "{error}");
}

#[test]
fn document_types_are_refused_before_anything_expands() {
    let mut laughs = String::from("<!DOCTYPE bom [<!ENTITY a0 \"ha\">");
    for i in 1..40 {
        laughs += &format!("<!ENTITY a{i} \"&a{};&a{};\">", i - 1, i - 1);
    }
    laughs += "]>";
    for dtd in [
        laughs.as_str(),
        "<!DOCTYPE bom SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE bom>",
    ] {
        let text = bom("1.6", "").replace("?>\n", &format!("?>{dtd}"));
        let error = fail(&text);
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("DTD"), "{error}");
    }
}

#[test]
fn depth_is_bounded_also_where_nothing_is_read() {
    for element in ["components><component", "x", "dependencies"] {
        let text = bom("1.6", &format!("<{element}>").repeat(200_000));
        let error = fail(&text);
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{element}");
    }
    let deep = bom(
        "1.6",
        &format!("{}{}", "<x>".repeat(100), "</x>".repeat(100)),
    );
    assert_eq!(parse(deep.as_bytes()).faults, []);
}

#[test]
fn much_of_anything_is_read_in_one_pass() {
    let many = 60_000;
    let attributes: String = (0..many).map(|i| format!(" a{i}='x'")).collect();
    let same = " type='library'".repeat(many);
    let text = bom(
        "1.6",
        &format!(
            "<components><component{attributes}/><component{same}><name>a</name></component>{}</components>{}",
            "<component type='library'><name>b</name><version>1.0.0</version></component>"
                .repeat(many),
            "<metadata/>".repeat(1000),
        ),
    );
    let document = parse(text.as_bytes());
    assert_eq!(document.bom.packages.len(), many + 2);
    // Attributes and elements that stand twice are breaches, and no more are listed than asked for.
    assert!(document.faults.len() <= 1001);
    assert!(
        document
            .faults
            .iter()
            .any(|f| f.message.contains("repeated"))
    );
    let names = "<name>a</name><omniborId>x</omniborId>".repeat(many);
    let text = bom(
        "1.6",
        &format!("<components><component type='library'>{names}</component></components>"),
    );
    assert_eq!(parse(text.as_bytes()).claims[0].identifiers.len(), many);
}

#[test]
fn wrong_shapes_are_faults_or_nothing() {
    let text = bom(
        "1.6",
        "text<metadata><tools><a/></tools><component/><supplier/><licenses><license/><expression/></licenses></metadata>\
         <components><name>x</name><component><hashes><hash/></hashes><purl/><scope>never</scope></component></components>\
         <dependencies><dependency><dependency/></dependency><x/></dependencies><compositions><composition/></compositions>",
    );
    let document = parse(text.as_bytes());
    let places: Vec<&str> = document.faults.iter().map(|f| &*f.place).collect();
    assert!(
        places.contains(&"/bom/components/component[1]"),
        "{places:?}"
    );
    assert!(
        places.contains(&"/bom/components/component[1]/scope"),
        "{places:?}"
    );
    assert!(
        places.contains(&"/bom/dependencies/dependency[1]"),
        "{places:?}"
    );
    for format in Format::ALL {
        write(&document.bom, format, None).unwrap();
    }
}

/// What BSI TR-03183-2 v2.1 asks of a component stands there when its archive was at hand.
#[test]
fn the_fields_of_the_guideline() {
    for format in [Format::CycloneDxJson, Format::CycloneDxXml] {
        for version in ["1.6", "1.7"] {
            let document = parse(&write(&full_bom(), format, Some(version)).unwrap());
            let at = document
                .bom
                .packages
                .iter()
                .position(|p| p.enriched_from.is_some())
                .unwrap();
            let claim = &document.claims[at];
            assert_eq!(claim.filename.as_deref(), Some("itoa-1.0.11.crate"));
            let facts: Vec<_> = claim
                .file_properties
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .collect();
            assert_eq!(
                facts,
                [
                    ("executable", "non-executable"),
                    ("archive", "archive"),
                    ("structured", "structured")
                ]
            );
            assert_eq!(
                claim.distributions[0].url,
                "https://static.crates.io/crates/itoa/itoa-1.0.11.crate"
            );
            let algorithms: Vec<_> = claim.distributions[0]
                .hashes
                .iter()
                .map(|(algorithm, _)| &**algorithm)
                .collect();
            assert_eq!(algorithms, ["SHA-256", "SHA-512"]);
            assert_eq!(claim.sources.len(), 1);
            assert!(claim.creators.iter().any(|c| c.email.is_some()));
            assert_eq!(claim.supplier.as_ref().unwrap().name, "crates.io");
            let roles: Vec<_> = claim.licenses.iter().map(|(role, _)| *role).collect();
            if version == "1.7" {
                assert_eq!(roles, [LicenseRole::Declared, LicenseRole::Concluded]);
            } else {
                // An expression stands alone in 1.6.
                assert_eq!(roles, [LicenseRole::Declared]);
            }
            // Two single identifiers stand side by side in both.
            let both = document.claims.iter().find(|c| {
                c.licenses
                    == [
                        (LicenseRole::Declared, "MIT".to_owned()),
                        (LicenseRole::Concluded, "Apache-2.0".to_owned()),
                    ]
            });
            assert!(both.is_some(), "{version}");
            assert_eq!(document.data_licenses, ["CC0-1.0"]);
            assert!(document.claims.iter().all(|c| c.completeness.is_some()));
        }
    }
}

/// Any prefix that the root element binds to the namespace of the format stands for it, side by side;
/// what an element binds anew counts for itself.
#[test]
fn prefixes_stand_side_by_side() {
    let namespace = "http://cyclonedx.org/schema/bom/1.6";
    let text = format!(
        r#"<bom xmlns="{namespace}" xmlns:c="{namespace}" xmlns:x="urn:x" version="1"><c:components>
<component type="library"><c:name>one</c:name><version>1.0.0</version></component>
<c:component type="library"><name>two</name><c:version>2.0.0</c:version></c:component>
<y:component xmlns:y="{namespace}" type="library"><name>three</name><version>3.0.0</version></y:component>
<x:component type="library"><name>other</name></x:component>
<component xmlns="urn:x" type="library"><name>other</name></component>
<c:component xmlns:c="urn:x" type="library"><name>other</name></c:component>
</c:components></bom>"#
    );
    let document = parse(text.as_bytes());
    assert_eq!(document.faults, []);
    let packages = document.bom.packages.iter();
    let found: Vec<_> = packages.map(|p| (&*p.name, &*p.version)).collect();
    assert_eq!(
        found,
        [("one", "1.0.0"), ("two", "2.0.0"), ("three", "3.0.0")]
    );
}
