"""A workspace to be resolved: manifests, archives, a vendor directory, an index and the output of cargo metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


@dataclass(frozen=True)
class Need:
    """A dependency on a package from crates.io."""

    name: str
    kind: str = "normal"
    target: str | None = None
    features: tuple[str, ...] = ()
    optional: bool = False
    default: bool = True

    def table(self) -> str:
        """The dependency as a table of a manifest."""
        table = {"normal": "dependencies", "build": "build-dependencies", "dev": "dev-dependencies"}[self.kind]
        head = f"target.'{self.target}'.{table}" if self.target else table
        text = f'[{head}.{self.name}]\nversion = "1"\n'
        if self.features:
            text += f"features = {json.dumps(list(self.features))}\n"
        if self.optional:
            text += "optional = true\n"
        return text if self.default else text + "default-features = false\n"

    def line(self) -> dict[str, object]:
        """The dependency as an index has it."""
        return {
            "name": self.name,
            "req": "^1",
            "features": list(self.features),
            "optional": self.optional,
            "default_features": self.default,
            "target": self.target,
            "kind": self.kind,
        }


@dataclass(frozen=True)
class Made:
    """A package: a member, or one from crates.io."""

    name: str
    needs: tuple[Need, ...] = ()
    features: dict[str, list[str]] = field(default_factory=dict)
    proc_macro: bool = False
    script: bool = False
    member: bool = False

    def manifest(self) -> str:
        """Its Cargo.toml."""
        text = f'[package]\nname = "{self.name}"\nversion = "1.0.0"\nedition = "2021"\nlicense = "MIT"\n'
        if self.features:
            text += "\n[features]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in self.features.items())
        text += "\n[lib]\nproc-macro = true\n" if self.proc_macro else ""
        return text + "".join("\n" + need.table() for need in self.needs)

    def files(self) -> dict[str, bytes]:
        """Its files."""
        out = {"Cargo.toml": self.manifest().encode()}
        out["src/main.rs" if self.member else "src/lib.rs"] = b"fn main() {}\n" if self.member else b""
        if self.script:
            out["build.rs"] = b"fn main() {}\n"
        return out


PACKAGES = (
    Made("base", (Need("deep", optional=True),), {"default": ["std"], "std": [], "extra": ["dep:deep"], "built": []}),
    Made("builder", (Need("base", features=("built",), default=False),)),
    Made("check", (Need("base", features=("extra",)),)),
    Made("deep"),
    Made("fast", (Need("helper", "build"),), script=True),
    Made("helper"),
    Made("macros", (Need("parser", features=("full",)), Need("unix", target="cfg(unix)")), proc_macro=True),
    Made("parser", (Need("unused", "build"),), {"full": []}),
    Made("tuned"),
    Made("unix"),
    Made("unused"),
    Made("win", (Need("base"),)),
)
MEMBERS = (
    Made(
        "app",
        (
            Need("base"),
            Need("fast", optional=True),
            Need("macros"),
            Need("win", target="cfg(windows)"),
            Need("tuned", target="cfg(tuned)"),
            Need("builder", "build"),
            Need("check", "dev"),
        ),
        {"default": ["fast"], "fast": ["dep:fast"], "extra": ["base/extra"]},
        script=True,
        member=True,
    ),
    Made("tool", (Need("base", default=False),), member=True),
)


def lock(checksums: dict[str, str], changed: bool = False) -> str:
    """The workspace's lockfile."""
    text = "version = 4\n"
    for made in sorted((*PACKAGES, *MEMBERS), key=lambda made: made.name):
        version = "1.0.1" if changed and made.name == "deep" else "1.0.0"
        text += f'\n[[package]]\nname = "{made.name}"\nversion = "{version}"\n'
        if not made.member:
            text += f'source = "{CRATES_IO}"\nchecksum = "{checksums[made.name]}"\n'
        needs = sorted({need.name for need in made.needs})
        if needs:
            text += "dependencies = [\n" + "".join(f' "{name}",\n' for name in needs) + "]\n"
    return text


def metadata() -> bytes:
    """What `cargo metadata --format-version 1` says of the workspace; the paths are nobody's."""

    def id_of(made: Made) -> str:
        source = f"path+file:///somewhere/build/{made.name}" if made.member else CRATES_IO
        return f"{source}#{made.name}@1.0.0"

    by_name = {made.name: made for made in (*PACKAGES, *MEMBERS)}

    def kind(need: Need) -> str | None:
        return None if need.kind == "normal" else need.kind

    packages, nodes = [], []
    for made in by_name.values():
        kinds = ["bin" if made.member else "proc-macro" if made.proc_macro else "lib"]
        kinds += ["custom-build"] if made.script else []
        packages.append(
            {
                "name": made.name,
                "version": "1.0.0",
                "id": id_of(made),
                "license": "MIT",
                "license_file": None,
                "description": None,
                "source": None if made.member else CRATES_IO,
                "dependencies": [
                    {**need.line(), "kind": kind(need), "rename": None, "source": CRATES_IO} for need in made.needs
                ],
                "targets": [
                    {"kind": [one], "name": made.name, "src_path": f"/somewhere/{made.name}.rs"} for one in kinds
                ],
                "features": made.features,
                "manifest_path": f"/somewhere/build/{made.name}/Cargo.toml",
                "authors": ["Somebody"],
                "keywords": [],
                "edition": "2021",
            }
        )
        # Every feature that anything turns on; `deep` by way of `check`.
        used = [need for need in made.needs if not need.optional or need.name in ("fast", "deep")]
        nodes.append(
            {
                "id": id_of(made),
                "dependencies": [id_of(by_name[need.name]) for need in used],
                "deps": [
                    {
                        "name": need.name,
                        "pkg": id_of(by_name[need.name]),
                        "dep_kinds": [{"kind": kind(need), "target": need.target}],
                    }
                    for need in used
                ],
                "features": sorted(made.features),
            }
        )
    document = {
        "packages": packages,
        "workspace_members": [id_of(made) for made in MEMBERS],
        "workspace_default_members": [id_of(MEMBERS[0])],
        "resolve": {"nodes": nodes, "root": None},
        "target_directory": "/somewhere/build/target",
        "version": 1,
        "workspace_root": "/somewhere/build",
        "metadata": None,
    }
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def inputs(
    tar_entry: Callable[[str, bytes], bytes], pack: Callable[[bytes], bytes], sha256: Callable[[bytes], str]
) -> dict[str, bytes]:
    """All inputs by path."""
    out: dict[str, bytes] = {}
    archives = {}
    for made in PACKAGES:
        entries = (tar_entry(f"{made.name}-1.0.0/{path}", body) for path, body in made.files().items())
        archives[made.name] = pack(b"".join(entries) + b"\0" * 1024)
    checksums = {name: sha256(data) for name, data in archives.items()}
    for name, resolver in (("build", "2"), ("build-v1", "1")):
        root = f'[workspace]\nmembers = ["app", "tool"]\ndefault-members = ["app"]\nresolver = "{resolver}"\n'
        out[f"{name}/Cargo.toml"] = root.encode()
        out[f"{name}/Cargo.lock"] = lock(checksums).encode()
        for made in MEMBERS:
            out |= {f"{name}/{made.name}/{path}": body for path, body in made.files().items()}
    out["locks/build-changed.lock"] = lock(checksums, changed=True).encode()
    for made in PACKAGES:
        name, checksum = made.name, checksums[made.name]
        out[f"build-crates/{name}-1.0.0.crate"] = archives[name]
        if name not in ("macros", "win"):
            out[f"build-some/{name}-1.0.0.crate"] = archives[name]
        line = {
            "name": name,
            "vers": "1.0.0",
            "deps": [need.line() for need in made.needs],
            "cksum": checksum,
            "features": made.features,
            "yanked": False,
        }
        head = f"3/{name[0]}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}"
        out[f"build-index/{head}/{name}"] = (json.dumps(line, separators=(",", ":")) + "\n").encode()
        files = made.files()
        listed = {"files": {path: sha256(body) for path, body in files.items()}, "package": checksum}
        files[".cargo-checksum.json"] = json.dumps(listed, separators=(",", ":")).encode()
        out |= {f"build-vendor/{name}/{path}": body for path, body in files.items()}
    out["build-metadata.json"] = metadata()
    return out
