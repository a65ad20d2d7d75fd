//! A verifier that is written in the host language: one callback that reads and writes JSON.

use std::sync::Arc;

use libc::{c_char, c_void, size_t};
use serde_json::{Value, json};

use cratetrust_core::report::{Code, Finding};
use cratetrust_core::verify::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};

use crate::buf::{Buf, cratetrust_buf};
use crate::handle::lend_mut;
use crate::text::Text;

/// Checks one package's bytes. `subject` (UTF-8, NUL-terminated, `len` bytes) is one JSON object,
/// schema `cratetrust.subject/1`: name, version, source, sha256, sha512, artifact (where the bytes
/// lie, relative to the path given), expected (a list of {anchor, sha256}), now; every key is always
/// present.
///
/// The callback appends its answer to `answer` with `cratetrust_buf_append` and returns 0. No answer
/// means that it has nothing to go on. Else the answer is one JSON object, every key optional:
/// claims (a list of {kind, value}), done and not_done (lists of the names of checks), findings (a
/// list of {code, message, path, offset, expected, actual}, of which code, one of CRATETRUST_CODE_,
/// and message must be there). Another return value, or an answer of another form, becomes a finding
/// `not-checked`: a verifier that fails is never taken for one that agrees.
///
/// It is called on the thread that made the call. Both pointers are valid during the callback only.
/// It must not throw, unwind or longjmp, must not free `answer`, and must not change or free the
/// options in use.
pub type cratetrust_verify_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        subject: *const c_char,
        len: size_t,
        answer: *mut cratetrust_buf,
    ) -> i32,
>;

type VerifyFn =
    unsafe extern "C" fn(*mut c_void, *const c_char, size_t, *mut cratetrust_buf) -> i32;

struct HostVerifier {
    id: String,
    call: VerifyFn,
    user_data: *mut c_void,
}

// SAFETY: the core runs these on the calling thread only, and the header obliges the caller to give
// data that every thread may use on which it makes calls with the options.
unsafe impl Send for HostVerifier {}
// SAFETY: as above.
unsafe impl Sync for HostVerifier {}

pub(crate) fn host(id: &str, call: VerifyFn, user_data: *mut c_void) -> Arc<dyn Verifier> {
    Arc::new(HostVerifier {
        id: id.to_owned(),
        call,
        user_data,
    })
}

impl Verifier for HostVerifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, subject: &Subject, evidence: &EvidenceSet, now: Option<Time>) -> Outcome {
        let subject = Text::new(to_json(subject, evidence, now));
        let mut answer = Buf::new(Vec::new());
        let lent: *mut cratetrust_buf = lend_mut(&mut answer);
        // SAFETY: subject and answer live through the call and nobody else uses them; the callback
        // keeps its contract.
        let status = unsafe {
            (self.call)(
                self.user_data,
                subject.as_ptr(),
                subject.as_str().len(),
                lent,
            )
        };
        if status != 0 {
            return self.failed(&format!("it failed with {status}"));
        }
        if answer.as_slice().is_empty() {
            return Outcome::NotApplicable;
        }
        read_answer(answer.as_slice()).unwrap_or_else(|fault| self.failed(&fault))
    }
}

impl HostVerifier {
    fn failed(&self, why: &str) -> Outcome {
        let message = format!("the verifier `{}` did not check: {why}", self.id);
        Outcome::Checked {
            claims: Vec::new(),
            done: Vec::new(),
            not_done: vec![self.id.clone()],
            findings: vec![external(Code::NotChecked, &message)],
        }
    }
}

fn external(code: Code, message: &str) -> Finding {
    let mut finding = Finding::new(code, message);
    finding.external = true;
    finding
}

fn to_json(subject: &Subject, evidence: &EvidenceSet, now: Option<Time>) -> String {
    let expected: Vec<Value> = evidence
        .expected
        .iter()
        .map(|(anchor, sha256)| json!({"anchor": anchor, "sha256": sha256}))
        .collect();
    json!({
        "schema": "cratetrust.subject/1",
        "name": subject.identity.name,
        "version": subject.identity.version,
        "source": subject.identity.source.to_lock(),
        "sha256": subject.sha256,
        "sha512": subject.sha512,
        "artifact": subject.artifact,
        "expected": expected,
        "now": now.map(|time| time.0),
    })
    .to_string()
}

fn read_answer(bytes: &[u8]) -> Result<Outcome, String> {
    let answer: Value =
        serde_json::from_slice(bytes).map_err(|e| format!("its answer is no JSON: {e}"))?;
    if !answer.is_object() {
        return Err("its answer is no JSON object".to_owned());
    }
    Ok(Outcome::Checked {
        claims: list(&answer, "claims", |claim| {
            Ok(Claim {
                kind: string(claim, "kind")?,
                value: string(claim, "value")?,
            })
        })?,
        done: list(&answer, "done", name)?,
        not_done: list(&answer, "not_done", name)?,
        findings: list(&answer, "findings", finding)?,
    })
}

fn finding(value: &Value) -> Result<Finding, String> {
    let code = string(value, "code")?;
    let known =
        Code::from_name(&code).ok_or_else(|| format!("no finding code is called `{code}`"))?;
    let mut finding = external(known, &string(value, "message")?);
    finding.path = optional(value, "path")?;
    finding.expected = optional(value, "expected")?;
    finding.actual = optional(value, "actual")?;
    finding.offset = match value.get("offset") {
        None | Some(Value::Null) => None,
        Some(offset) => Some(offset.as_u64().ok_or("its `offset` is no whole number")?),
    };
    Ok(finding)
}

fn list<T>(
    answer: &Value,
    key: &str,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match answer.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(read).collect(),
        Some(_) => Err(format!("its `{key}` is no list")),
    }
}

fn name(value: &Value) -> Result<String, String> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err("the name of a check is no string".to_owned()),
    }
}

fn string(value: &Value, key: &str) -> Result<String, String> {
    optional(value, key)?.ok_or_else(|| format!("a `{key}` is missing"))
}

fn optional(value: &Value, key: &str) -> Result<Option<String>, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("its `{key}` is no string")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cratetrust_core::digest::Sha256;
    use cratetrust_core::package::{PackageId, Source, SourceKind};

    struct Script {
        answer: &'static str,
        status: i32,
        seen: String,
    }

    unsafe extern "C" fn play(
        data: *mut c_void,
        subject: *const c_char,
        len: size_t,
        answer: *mut cratetrust_buf,
    ) -> i32 {
        // SAFETY: the test below passes a script that lives through the call.
        let script = unsafe { &mut *data.cast::<Script>() };
        // SAFETY: the library passes that many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(subject.cast::<u8>(), len) };
        script.seen = String::from_utf8(bytes.to_vec()).unwrap();
        // SAFETY: `answer` is the library's.
        let status = unsafe {
            crate::cratetrust_buf_append(
                answer,
                script.answer.as_ptr(),
                script.answer.len(),
                std::ptr::null_mut(),
            )
        };
        assert_eq!(status, 0);
        script.status
    }

    fn ask(answer: &'static str, status: i32) -> (Outcome, String) {
        let mut script = Script {
            answer,
            status,
            seen: String::new(),
        };
        let verifier = host("acme/1", play, (&raw mut script).cast());
        let subject = Subject {
            identity: PackageId {
                name: "a".to_owned(),
                version: "1.0.0".to_owned(),
                source: Source::of(SourceKind::CratesIo),
            },
            sha256: Some(Sha256::of(b"x")),
            sha512: None,
            artifact: "a-1.0.0.crate".to_owned(),
        };
        let evidence = EvidenceSet {
            expected: vec![("lock", Sha256::of(b"x"))],
        };
        let outcome = verifier.verify(&subject, &evidence, Some(Time(5)));
        (outcome, script.seen)
    }

    #[test]
    fn the_subject_and_the_answer_arrive_whole() {
        let (outcome, seen) = ask(
            r#"{"claims": [{"kind": "signer", "value": "me"}], "done": ["policy"],
                "findings": [{"code": "package-unexpected", "message": "no", "path": "p", "offset": 3,
                              "expected": "e", "actual": "a"}]}"#,
            0,
        );
        let seen: Value = serde_json::from_str(&seen).unwrap();
        assert_eq!(seen["name"], "a");
        assert_eq!(seen["expected"][0]["anchor"], "lock");
        assert_eq!(seen["now"], 5);
        assert_eq!(seen["sha512"], Value::Null);
        let Outcome::Checked {
            claims,
            done,
            not_done,
            findings,
        } = outcome
        else {
            panic!("checked");
        };
        assert_eq!((claims.len(), done.len(), not_done.len()), (1, 1, 0));
        assert!(findings[0].external);
        assert_eq!(findings[0].code, Code::PackageUnexpected);
        assert_eq!(findings[0].offset, Some(3));
    }

    #[test]
    fn silence_does_not_apply_and_failure_is_never_agreement() {
        assert_eq!(ask("", 0).0, Outcome::NotApplicable);
        for (answer, status) in [
            ("", 1),
            ("{}", -1),
            ("{", 0),
            ("[]", 0),
            (r#"{"findings": 1}"#, 0),
            (r#"{"findings": [{"code": "no-such", "message": "x"}]}"#, 0),
            (r#"{"findings": [{"code": "yanked"}]}"#, 0),
            (r#"{"done": [1]}"#, 0),
            (
                r#"{"findings": [{"code": "yanked", "message": "", "offset": -1}]}"#,
                0,
            ),
        ] {
            let Outcome::Checked {
                findings, not_done, ..
            } = ask(answer, status).0
            else {
                panic!("{answer}");
            };
            assert_eq!(not_done, ["acme/1"]);
            assert_eq!(findings[0].code, Code::NotChecked, "{answer}");
            assert!(findings[0].external);
        }
    }
}
