namespace MdiQkd.KeyRate;

/// <summary>Which form of the Chernoff bound is used.</summary>
public enum ChernoffKind
{
    /// <summary>Closed formulas; slightly looser. Yin et al., Sci. Rep. 10, 14312 (2020).</summary>
    Simple,

    /// <summary>Numerical solution of the exponent itself. Zhang, Zhao, Razavi, Ma, PRA 95, 012333 (2017).</summary>
    Tight,
}
