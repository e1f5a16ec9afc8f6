"""A study gives the same bytes whatever kernels libraries would choose for the processor, or are told to.

    tests/study/kernels_test.py build/gradus

Runs the small study of resume_test.py as it is, and again under settings with which OpenBLAS, libtorch and oneDNN take the
kernels of other processors. results.json and every policy in the store must be the same bytes. (With libtorch's kernels
in the place of our own, the second run already differs.)
"""

import json
import os
import pathlib
import sqlite3
import sys
import tempfile

import resume_test

SELECTIONS = [
    {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2", "OMP_NUM_THREADS": "2", "MKL_CBWR": "AVX2"},
    {"OPENBLAS_CORETYPE": "Nehalem", "ATEN_CPU_CAPABILITY": "default", "DNNL_MAX_CPU_ISA": "SSE41",
     "ONEDNN_MAX_CPU_ISA": "SSE41", "OMP_NUM_THREADS": "1"},
    {"OPENBLAS_CORETYPE": "SkylakeX", "ATEN_CPU_CAPABILITY": "avx512"},
]


def policies(out):
    """Every saved policy of a store, by what it is of."""
    with sqlite3.connect(out / "store.sqlite") as store:
        saved = dict(store.execute("SELECT key, body FROM artifact WHERE kind = 'base policy'"))
        saved.update(store.execute("SELECT run, policy FROM checkpoint"))
    return saved


def main(gradus):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        study = folder / "small.toml"
        study.write_text(resume_test.STUDY)
        whole = resume_test.run(gradus, study, folder / "plain", 1)
        saved = policies(folder / "plain")
        assert len(saved) == 2 + 4, f"{len(saved)} policies: expected two base policies and four runs"
        assert json.loads(whole)["study"]["kernels"].startswith("avx2-")
        for number, selection in enumerate(SELECTIONS):
            os.environ.update(selection)
            out = folder / f"selection-{number}"
            assert resume_test.run(gradus, study, out, 2) == whole, f"other bytes under {selection}"
            assert policies(out) == saved, f"other policies under {selection}"
            for name in selection:
                del os.environ[name]
    print(f"same bytes under {len(SELECTIONS)} selections of kernels")


if __name__ == "__main__":
    main(sys.argv[1])
