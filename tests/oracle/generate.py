"""Random small workspaces of path packages, with the traps that resolution has.

A workspace follows from its seed alone. Packages in ``ws/`` are members; those in ``ext/`` lie outside it, so
that they are none, and may share a name in several versions. Dependencies run from lower to higher numbers;
only dev-dependencies may close a cycle. What cargo refuses is thrown away and counted, never repaired.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

CONDITIONS = (
    "cfg(unix)",
    "cfg(windows)",
    "cfg(not(unix))",
    'cfg(target_os = "macos")',
    'cfg(target_family = "wasm")',
    'cfg(all(unix, not(target_env = "musl")))',
    'cfg(any(target_arch = "x86_64", windows))',
    'cfg(target_feature = "crt-static")',
    'cfg(feature = "f0")',
    "cfg(debug_assertions)",
    "cfg(any())",
    "cfg(all())",
    "cfg(oracle_flag)",
    'cfg(any(oracle_flag, oracle_key = "a b"))',
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
)
FEATURES = ("f0", "f1", "f2")


@dataclass
class Dependency:
    """One entry of a dependency table."""

    to: int
    key: str
    kind: str
    condition: str | None
    optional: bool
    defaults: bool
    features: list[str]
    inherited: bool = False


@dataclass
class Package:
    """One package; `member` tells whether it lies in the workspace."""

    number: int
    name: str
    version: str
    member: bool
    edition: str
    lib: str
    bins: list[tuple[str, list[str]]]
    build: str
    links: bool
    features: dict[str, list[str]] = field(default_factory=dict)
    dependencies: list[Dependency] = field(default_factory=list)

    @property
    def directory(self) -> str:
        return f"{'ws' if self.member else 'ext'}/p{self.number}"

    def feature_names(self) -> list[str]:
        """Its features, the implicit ones of optional dependencies among them."""
        explicit = {entry[4:] for entries in self.features.values() for entry in entries if entry.startswith("dep:")}
        implicit = [d.key for d in self.dependencies if d.optional and d.key not in explicit]
        return [*self.features, *(key for key in dict.fromkeys(implicit) if key not in self.features)]


@dataclass
class Workspace:
    """A generated workspace and the question that is asked of it."""

    seed: int
    packages: list[Package]
    root: int | None
    resolver: str | None
    defaults: list[int]
    inherited: dict[int, tuple[bool, list[str]]]
    flags: list[str]
    target: str


def generate(seed: int, targets: tuple[str, ...]) -> Workspace:
    """The workspace of a seed."""
    rng = random.Random(seed)
    members = rng.randint(1, 4)
    outside = rng.randint(2, 8)
    packages = [_package(rng, n, n < members) for n in range(members + outside)]
    _share_a_name(rng, packages)
    inherited: dict[int, tuple[bool, list[str]]] = {
        n: (rng.random() < 0.6, []) for n in range(len(packages)) if packages[n].lib != "none" and rng.random() < 0.4
    }
    # From the last one up, so that the features of what is depended on are known.
    for package in reversed(packages):
        _depend(rng, package, packages, inherited)
        _give_features(rng, package, packages)
        names = [f for f in package.feature_names() if f != "default"]
        package.bins = [
            (name, rng.sample(names, k=min(len(names), rng.choice([0, 0, 0, 1, 2])))) for name, _ in package.bins
        ]
        if package.number in inherited:
            names = package.feature_names()
            some = rng.sample(names, k=min(len(names), rng.choice([0, 0, 1])))
            inherited[package.number] = (inherited[package.number][0], some)
    for package in packages:
        _depend_for_tests(rng, package, packages)
    root = 0 if rng.random() < 0.5 else None
    resolver = rng.choice([None, "1", "2", "3"])
    defaults = sorted(rng.sample(range(members), k=rng.randint(1, members))) if rng.random() < 0.4 else []
    flags = _flags(rng, packages[:members], root, defaults)
    return Workspace(seed, packages, root, resolver, defaults, inherited, flags, rng.choice(targets))


def _package(rng: random.Random, number: int, member: bool) -> Package:
    lib = rng.choices(["lib", "proc-macro", "cdylib", "none"], [12, 4, 1, 2 if member else 1])[0]
    bins = [f"bin{number}"] if lib == "none" or (member and rng.random() < 0.6) else []
    if bins and rng.random() < 0.3:
        bins.append(f"more{number}")
    build = rng.choices(["none", "found", "disabled", "named", "absent"], [10, 6, 1, 2, 1])[0]
    return Package(
        number=number,
        name=f"pkg-{number}" if rng.random() < 0.3 else f"pkg{number}",
        version=f"{rng.randint(0, 1)}.{rng.randint(0, 3)}.{rng.randint(0, 3)}",
        member=member,
        edition=rng.choice(["2015", "2018", "2021", "2021", "2024"]),
        lib=lib,
        bins=[(name, []) for name in bins],
        build=build,
        links=build in ("found", "named") and rng.random() < 0.3,
    )


def _share_a_name(rng: random.Random, packages: list[Package]) -> None:
    outside = [p for p in packages if not p.member]
    if len(outside) >= 2 and rng.random() < 0.5:
        for number, package in enumerate(rng.sample(outside, k=min(len(outside), rng.randint(2, 3)))):
            package.name, package.version = "dup", f"{number + 1}.0.0"


def _depend(
    rng: random.Random, package: Package, packages: list[Package], inherited: dict[int, tuple[bool, list[str]]]
) -> None:
    later = packages[package.number + 1 :]
    wanted = 0.75 if package.member else 0.45
    keys: set[str] = set()
    for other in later:
        if rng.random() > wanted:
            continue
        key = f"ren{other.number}" if rng.random() < 0.2 or other.name in keys else other.name
        keys.add(key)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            kind = rng.choices(["normal", "build"], [3, 1])[0]
            condition = rng.choice(CONDITIONS) if rng.random() < 0.3 else None
            if any(d.kind == kind and d.condition == condition and d.key == key for d in package.dependencies):
                continue
            names = [f for f in other.feature_names() if f != "default"]
            package.dependencies.append(
                Dependency(
                    to=other.number,
                    key=key,
                    kind=kind,
                    condition=condition,
                    optional=rng.random() < 0.4,
                    defaults=rng.random() < 0.65,
                    features=rng.sample(names, k=min(len(names), rng.choice([0, 0, 0, 1, 1, 2]))),
                    # A name in the workspace's table stands for one package, spelt in one way.
                    inherited=package.member
                    and key == other.name != "dup"
                    and other.number in inherited
                    and rng.random() < 0.6,
                )
            )


def _give_features(rng: random.Random, package: Package, packages: list[Package]) -> None:
    mine = list(FEATURES[: rng.randint(0, 3)])
    optional = list(dict.fromkeys(d.key for d in package.dependencies if d.optional))
    keys = list(dict.fromkeys(d.key for d in package.dependencies))
    # With `dep:` anywhere a dependency has no implicit feature.
    hidden = {key for key in optional if rng.random() < 0.5} if mine else set()

    def entry() -> str | None:
        what = rng.choice(["feature", "optional", "strong", "weak"])
        if what == "feature" and mine:
            return rng.choice(mine)
        if what == "optional" and optional:
            key = rng.choice(optional)
            return f"dep:{key}" if key in hidden else key
        pool = optional if what == "weak" else keys
        if what in ("strong", "weak") and pool:
            key = rng.choice(pool)
            named = [packages[d.to].feature_names() for d in package.dependencies if d.key == key]
            shared = [f for f in named[0] if all(f in names for names in named)]
            if shared:
                return f"{key}{'?' if what == 'weak' else ''}/{rng.choice(shared)}"
        return None

    for name in mine:
        entries = [e for e in (entry() for _ in range(rng.randint(0, 3))) if e is not None and e != name]
        package.features[name] = list(dict.fromkeys(entries))
    for key in hidden:
        entries = package.features[rng.choice(mine)]
        if f"dep:{key}" not in entries:
            entries.append(f"dep:{key}")
    if rng.random() < 0.6:
        names = [f for f in package.feature_names() if f != "default"]
        package.features["default"] = rng.sample(names, k=min(len(names), rng.randint(0, 2)))


def _depend_for_tests(rng: random.Random, package: Package, packages: list[Package]) -> None:
    for other in packages:
        if other.lib == "none" or other.number == package.number or rng.random() > 0.12:
            continue
        if any(d.key == other.name and d.to != other.number for d in package.dependencies):
            continue
        names = [f for f in other.feature_names() if f != "default"]
        some = rng.sample(names, k=min(len(names), rng.choice([0, 1])))
        condition = rng.choice(CONDITIONS) if rng.random() < 0.2 else None
        package.dependencies.append(
            Dependency(other.number, other.name, "dev", condition, False, rng.random() < 0.7, some)
        )


def _flags(rng: random.Random, members: list[Package], root: int | None, defaults: list[int]) -> list[str]:
    flags: list[str] = []
    if rng.random() < 0.3:
        chosen = rng.choice(members)
        flags += ["--package", chosen.name]
        names = [f for f in chosen.feature_names() if f != "default"]
        if names and rng.random() < 0.5:
            flags += ["--features", ",".join(rng.sample(names, k=rng.randint(1, min(2, len(names)))))]
    if rng.random() < 0.25:
        flags += ["--cfg", rng.choice(["oracle_flag", 'oracle_key="a b"', 'target_feature="crt-static"'])]
    return flags + rng.choice([[], [], ["--no-default-features"], ["--all-features"]])


# --- writing ------------------------------------------------------------------------------------


def _list(items: list[str]) -> str:
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"


def _entry(rng: random.Random, package: Package, dependency: Dependency, workspace: Workspace) -> str:
    other = workspace.packages[dependency.to]
    parts: list[str] = []
    if dependency.inherited:
        parts.append("workspace = true")
        # In edition 2024 this is an error where the workspace does not say so too.
        if not dependency.defaults and (package.edition != "2024" or not workspace.inherited[dependency.to][0]):
            parts.append("default-features = false")
    else:
        parts.append(f'path = "../../{"ws" if other.number == workspace.root else other.directory}"')
        if dependency.key != other.name:
            parts.append(f'package = "{other.name}"')
        if rng.random() < 0.2:
            parts.append(f'version = "{other.version}"')
        if not dependency.defaults:
            old = package.edition != "2024" and rng.random() < 0.1
            parts.append(f"default{'_' if old else '-'}features = false")
    if dependency.optional:
        parts.append("optional = true")
    if dependency.features:
        parts.append(f"features = {_list(dependency.features)}")
    return f"{dependency.key} = {{ {', '.join(parts)} }}"


def _manifest(package: Package, workspace: Workspace) -> str:
    rng = random.Random(workspace.seed * 1000 + package.number)
    lines = [
        "[package]",
        f'name = "{package.name}"',
        f'version = "{package.version}"',
        f'edition = "{package.edition}"',
    ]
    if package.build == "disabled":
        lines.append("build = false")
    elif package.build == "named":
        lines.append('build = "make/it.rs"')
    if package.links:
        lines.append(f'links = "native{package.number}"')
    if package.lib == "proc-macro":
        lines += ["[lib]", "proc-macro = true"]
    elif package.lib == "cdylib":
        lines += ["[lib]", 'crate-type = ["rlib", "cdylib"]']
    for name, required in package.bins:
        lines += ["[[bin]]", f'name = "{name}"', f'path = "src/{name}.rs"']
        if required:
            lines.append(f"required-features = {_list(required)}")
    lines.append("[features]")
    lines += [f"{name} = {_list(entries)}" for name, entries in package.features.items()]
    tables: dict[str, list[str]] = {}
    old = package.edition in ("2015", "2018", "2021") and rng.random() < 0.05
    names = {"normal": "dependencies", "build": "build-dependencies", "dev": "dev-dependencies"}
    if old:
        names |= {"build": "build_dependencies", "dev": "dev_dependencies"}
    for dependency in package.dependencies:
        table = names[dependency.kind]
        if dependency.condition is not None:
            table = f"target.'{dependency.condition}'.{table}"
        tables.setdefault(table, []).append(_entry(rng, package, dependency, workspace))
    for table, entries in tables.items():
        lines += [f"[{table}]", *entries]
    return "\n".join(lines) + "\n"


def _workspace_table(workspace: Workspace) -> str:
    members = [p for p in workspace.packages if p.member]
    lines = ["[workspace]", f"members = {_list([p.directory[3:] for p in members if p.number != workspace.root])}"]
    if workspace.defaults:
        where = ["." if n == workspace.root else workspace.packages[n].directory[3:] for n in workspace.defaults]
        lines.append(f"default-members = {_list(where)}")
    if workspace.resolver is not None:
        lines.append(f'resolver = "{workspace.resolver}"')
    if workspace.inherited:
        lines.append("[workspace.dependencies]")
    for number, (defaults, features) in workspace.inherited.items():
        package = workspace.packages[number]
        if package.name == "dup" or number == workspace.root:
            continue
        parts = [f'path = "../{package.directory}"']
        if not defaults:
            parts.append("default-features = false")
        if features:
            parts.append(f"features = {_list(features)}")
        lines.append(f"{package.name} = {{ {', '.join(parts)} }}")
    return "\n".join(lines) + "\n"


def write(workspace: Workspace, directory: Path) -> Path:
    """Writes the workspace below `directory`. Returns its root."""
    top = directory / "ws"
    for package in workspace.packages:
        is_root = package.number == workspace.root
        root = top if is_root else directory / package.directory
        manifest = _manifest(package, workspace)
        if is_root:
            # One level higher than its paths were written for.
            manifest = manifest.replace('"../../', '"../') + _workspace_table(workspace)
        files = {"Cargo.toml": manifest}
        if package.lib != "none":
            files["src/lib.rs"] = ""
        for name, _ in package.bins:
            files[f"src/{name}.rs"] = "fn main() {}\n"
        if package.build in ("found", "disabled"):
            files["build.rs"] = "fn main() {}\n"
        elif package.build == "named":
            files["make/it.rs"] = "fn main() {}\n"
        for name, body in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
    if workspace.root is None:
        (top / "Cargo.toml").write_text(_workspace_table(workspace), encoding="utf-8")
    return top
