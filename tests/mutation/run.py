#!/usr/bin/env python3
"""Applies each wrong edit of mutants.txt to a copy of the headers and shows which named test finds it.

usage: run.py [--jobs N] [--compiler CXX] [--keep FOLDER] [WORD..]   WORD: only mutants whose name or file holds one

Only the test file that must find a mutant is compiled. Before that the same test case has to pass on the headers as
they are. Ends with status 1 unless every mutant is found by the test case that its entry names.

An entry of mutants.txt:
    == what is wrong
    file FOLDER/HEADER.hpp             below include/gdm
    test FOLDER/NAME_test.cpp          below tests
    case BEGINNING OF THE NAME OF A TEST CASE
    - the text to replace, which the header holds exactly once; several lines if need be
    + the text to put there
An entry may have several pairs of - and +. A test case may also fail to compile, by a static_assert in it.
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
HEADERS = TESTS.parent / "include" / "gdm"
FLAGS = ["-std=c++20", "-O0", "-w", "-pthread", "-march=native"]
PRECOMPILED = ["doctest/doctest.h", "Eigen/Core", "xtensor/xtensor.hpp", "random", "map", "filesystem", "fstream"]


class Mutant:
    def __init__(self, name):
        self.name, self.file, self.test, self.case, self.edits = name, "", "", "", []


def parse(path):
    mutants = []
    last = ""
    for line in path.read_text().splitlines():
        kind, _, text = line.partition(" ")
        if kind == "==":
            mutants.append(Mutant(text))
        elif kind in ("file", "test", "case"):
            setattr(mutants[-1], kind, text)
        elif kind == "-":
            if last != "-":
                mutants[-1].edits.append([[], []])
            mutants[-1].edits[-1][0].append(text)
        elif kind == "+":
            mutants[-1].edits[-1][1].append(text)
        elif line and not line.startswith("#"):
            sys.exit("mutants.txt: cannot read the line: " + line)
        last = kind
    return mutants


def pattern(case):
    """A doctest filter for a test case: commas separate filters, so they and what is special become wildcards."""
    return re.sub(r"[^A-Za-z0-9_ :.()+-]", "?", case) + "*"


class Runner:
    def __init__(self, compiler, folder):
        self.compiler, self.folder = compiler, folder
        eigen = subprocess.run(["pkg-config", "--cflags-only-I", "eigen3"], capture_output=True, text=True, check=True)
        self.flags = FLAGS + [f.replace("-I", "-isystem") for f in eigen.stdout.split()]
        header = folder / "precompiled.hpp"
        header.write_text("".join(f"#include <{name}>\n" for name in PRECOMPILED))
        self.compile(["-x", "c++-header", str(header), "-o", str(header) + ".gch"])
        self.compile(["-c", str(TESTS / "main.cpp"), "-o", str(folder / "main.o")])

    def compile(self, arguments):
        subprocess.run([self.compiler, *self.flags, *arguments], check=True, stdin=subprocess.DEVNULL)

    def build(self, include, test, program):
        """The error of the compiler, or None."""
        command = [self.compiler, *self.flags, "-include", str(self.folder / "precompiled.hpp"), "-I", str(include)]
        command += [str(TESTS / test), str(self.folder / "main.o"), "-o", str(program)]
        for _ in range(3):  # again if the compiler was killed, by a lack of memory say
            done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode >= 0:
                break
        return None if done.returncode == 0 else done.stderr

    @staticmethod
    def failures(program, case):
        """Names of the failing test cases; None if no test case matches."""
        command = [str(program), "--test-case=" + pattern(case), "--abort-after=1", "--no-colors"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=300, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return [case + " (no end within 300 s)"]
        if done.returncode == 3:
            return None
        names = re.findall(r"^TEST CASE: +(.*)$", done.stdout, re.MULTILINE)
        return [] if done.returncode == 0 else (names or ["the program died"])

    def baseline(self, test, cases):
        program = self.folder / ("sound_" + test.replace("/", "_"))
        error = self.build(HEADERS.parent, test, program)
        if error is not None:
            return {case: "does not compile: " + error.splitlines()[0] for case in cases}
        found = {case: self.failures(program, case) for case in cases}
        program.unlink()
        return {
            case: "there is no such test case" if names is None else "fails on sound headers"
            for case, names in found.items()
            if names != []
        }

    def try_mutant(self, number, mutant):
        folder = self.folder / str(number)
        shutil.copytree(HEADERS, folder / "gdm")
        header = folder / "gdm" / mutant.file
        text = header.read_text()
        for old, new in mutant.edits:
            old = "\n".join(old)
            if text.count(old) != 1:
                return "NOT APPLIED", f"{text.count(old)} places hold: {old}"
            text = text.replace(old, "\n".join(new))
        header.write_text(text)
        program = folder / "program"
        error = self.build(folder, mutant.test, program)
        if error is not None:
            assertion = re.search(r"tests/(\S+?_test\.cpp:\d+).*static assertion failed", error)
            if assertion:
                return "killed", "static_assert at " + assertion.group(1)
            first = next((line for line in error.splitlines() if "error" in line), error)
            return "NO PROGRAM", first
        names = self.failures(program, mutant.case)
        shutil.rmtree(folder)
        if not names:
            return "SURVIVED", mutant.test
        return "killed", f"{mutant.test}: {names[0]}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--compiler", default="g++")
    options.add_argument("--keep")
    options.add_argument("words", nargs="*")
    options = options.parse_args()
    start = time.time()
    mutants = parse(HERE / "mutants.txt")
    if options.words:
        mutants = [m for m in mutants if any(word in m.name or word in m.file for word in options.words)]
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="gdm_mutation_"))
    folder.mkdir(exist_ok=True)
    runner = Runner(options.compiler, folder)
    cases = {}
    for mutant in mutants:
        cases.setdefault(mutant.test, set()).add(mutant.case)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        locks = {test: threading.Lock() for test in cases}
        sound = {}

        def attempt(item):
            number, mutant = item
            with locks[mutant.test]:
                if mutant.test not in sound:
                    sound[mutant.test] = runner.baseline(mutant.test, cases[mutant.test])
            wrong = sound[mutant.test].get(mutant.case)
            result = ("NO BASELINE", f"{mutant.test}: {wrong}") if wrong else runner.try_mutant(number, mutant)
            print(f"{number + 1:3} {result[0]:11} {mutant.file}: {mutant.name}\n{'':16}{result[1]}", flush=True)
            return result[0]

        results = list(pool.map(attempt, enumerate(mutants)))
    if not options.keep:
        shutil.rmtree(folder)
    killed = results.count("killed")
    print(f"{killed} of {len(results)} mutants killed, each by the test it names; {time.time() - start:.0f} s")
    return 0 if killed == len(results) and results else 1


if __name__ == "__main__":
    sys.exit(main())
