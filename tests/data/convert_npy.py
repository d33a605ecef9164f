"""Reads an NPY file with NumPy and saves it anew in another way: convert_npy.py INPUT OUTPUT {same,fortran,single}"""

import sys

import numpy

array = numpy.load(sys.argv[1])
if sys.argv[3] == "fortran":
    array = numpy.asfortranarray(array)
elif sys.argv[3] == "single":
    array = array.astype("<f4")
numpy.save(sys.argv[2], array)
