"""The models, one page each: reference, equation, parameters, and the one step function."""

from lifcourse.models._neuron import Neuron
from lifcourse.models.aelif import AELIF
from lifcourse.models.lif import LIF
from lifcourse.models.lif_refractory_conductance import LIFRefractoryConductance
from lifcourse.models.lif_sra import LIFSRA
from lifcourse.models.lif_threshold_increase import LIFThresholdIncrease
from lifcourse.models.lif_voltage_clamp import LIFVoltageClamp

__all__ = [
    "AELIF",
    "LIF",
    "LIFSRA",
    "LIFRefractoryConductance",
    "LIFThresholdIncrease",
    "LIFVoltageClamp",
    "Neuron",
]
