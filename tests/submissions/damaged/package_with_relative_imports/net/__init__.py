from .forward import *
from .maths import sigmoid
