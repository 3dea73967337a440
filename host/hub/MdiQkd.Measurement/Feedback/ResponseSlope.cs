namespace MdiQkd.Measurement.Feedback;

/// <summary>How strongly something follows what was done to it: slope of a straight line through the origin, with older points forgotten.</summary>
public sealed class ResponseSlope
{
    // A fifth of the weight per point: about five points count.
    private const double Kept = 0.8;

    private double products;
    private double squares;

    /// <summary>The slope; 0 before any point.</summary>
    public double Value => squares > 0 ? products / squares : 0;

    /// <summary>One standard deviation of it.</summary>
    public double Sigma => squares > 0 ? 1 / Math.Sqrt(squares) : double.PositiveInfinity;

    /// <summary>Takes a point in.</summary>
    /// <param name="done">What was done.</param>
    /// <param name="seen">What followed; beyond twice of what was done it counts as that.</param>
    /// <param name="sigma">One standard deviation of what followed.</param>
    public void Add(double done, double seen, double sigma)
    {
        double limit = 2 * Math.Abs(done);
        products = (Kept * products) + (done * Math.Clamp(seen, -limit, limit) / (sigma * sigma));
        squares = (Kept * squares) + (done * done / (sigma * sigma));
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => products = squares = 0;
}
