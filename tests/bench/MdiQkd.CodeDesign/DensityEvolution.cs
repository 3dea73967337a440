using System.Numerics;

namespace MdiQkd.CodeDesign;

/// <summary>
/// Discretised density evolution of an irregular ensemble on the binary symmetric channel (Richardson, Shokrollahi,
/// Urbanke, IEEE Trans. Inf. Theory 47, 619 (2001)), sum-product, flooding schedule.
/// </summary>
/// <remarks>
/// Log-likelihood ratios on a grid of step 0.08; variable nodes by Fourier transform on it. Check nodes by Fourier
/// transform in y = -ln tanh(|x|/2), the sign following from the symmetry of the density, on a grid of step 0.004. Mass between grid
/// points is split so that its mean is kept: a row of 150 edges sums many small y, which plain rounding would bias.
/// </remarks>
public sealed class DensityEvolution
{
    private const int Size = 8192;
    private const double StepX = 0.08;
    private const int HalfX = 180; // |x| <= 14.4
    private const double StepY = 0.004;
    private const double Tilt = 0.5; // damps what wraps around: e^-16

    private readonly FourierTransform transform = new(Size);
    private readonly int[] yIndex = new int[HalfX + 1];
    private readonly double[] yShare = new double[HalfX + 1];
    private readonly int[] xIndex = new int[Size];
    private readonly double[] xShare = new double[Size];
    private readonly double[] tilt = new double[Size];
    private readonly Complex[] work = new Complex[Size];
    private readonly Complex[] channel = new Complex[Size];

    /// <summary>Prepares the grids.</summary>
    public DensityEvolution()
    {
        for (int x = 0; x <= HalfX; x++)
        {
            double y = x == 0 ? (Size - 1) * StepY : -Math.Log(Math.Tanh(x * StepX / 2));
            double position = Math.Min(y / StepY, Size - 1.001);
            yIndex[x] = (int)position;
            yShare[x] = position - yIndex[x];
        }

        for (int y = 0; y < Size; y++)
        {
            double t = Math.Exp(-y * StepY);
            double position = y == 0 ? HalfX : Math.Min(HalfX, Math.Log((1 + t) / (1 - t)) / StepX);
            xIndex[y] = Math.Min(HalfX - 1, (int)position);
            xShare[y] = position - xIndex[y];
            tilt[y] = Math.Exp(-Tilt * y * StepY);
        }
    }

    /// <summary>One point of a run: what the variable nodes got and made.</summary>
    /// <param name="Loss">1 - E[tanh(v/2)] of the variable-to-check messages that went in.</param>
    /// <param name="LossByDegree">The same after the variable update, for each degree of the profile.</param>
    public sealed record Point(double Loss, double[] LossByDegree);

    /// <summary>Runs until the loss is below 1e-5.</summary>
    /// <param name="degrees">Variable degrees.</param>
    /// <param name="edgeShares">Share of edges at each degree.</param>
    /// <param name="checkDegree">Mean check degree; the two adjacent integers are mixed.</param>
    /// <param name="qber">Error rate.</param>
    /// <param name="limit">Iterations at most.</param>
    /// <param name="trajectory">Receives the points, if not null.</param>
    /// <returns>Iterations, or <paramref name="limit"/> if it did not get there.</returns>
    public int Run(
        int[] degrees, double[] edgeShares, double checkDegree, double qber, int limit, List<Point>? trajectory = null)
    {
        ArgumentNullException.ThrowIfNull(degrees);
        ArgumentNullException.ThrowIfNull(edgeShares);
        double[] v = new double[(2 * HalfX) + 1];
        AddChannel(v, qber);
        Array.Clear(channel);
        for (int x = -HalfX; x <= HalfX; x++)
        {
            channel[x & (Size - 1)] = v[x + HalfX];
        }

        transform.Forward(channel);
        double previous = 1;
        for (int iteration = 0; iteration < limit; iteration++)
        {
            double loss = Loss(v);
            if (loss < 1e-5)
            {
                return iteration;
            }

            if (loss > previous * (1 - 1e-5))
            {
                return limit;
            }

            previous = loss;
            double[] r = Check(v, checkDegree);
            v = Variable(r, degrees, edgeShares, trajectory is null ? null : losses => trajectory.Add(new Point(loss, losses)));
        }

        return limit;
    }

    private static void AddChannel(double[] density, double qber)
    {
        int low = (int)(Math.Log((1 - qber) / qber) / StepX);
        double share = (ErrorShare(low) - qber) / (ErrorShare(low) - ErrorShare(low + 1));
        AddSymmetric(density, low, 1 - share);
        AddSymmetric(density, low + 1, share);
    }

    private static double ErrorShare(int x) => 1 / (1 + Math.Exp(x * StepX));

    // The part at -x is e^-x of that at x: a density that breaks this has confident wrong messages and stalls.
    private static void AddSymmetric(double[] density, int x, double mass)
    {
        double wrong = mass * ErrorShare(x);
        density[HalfX - x] += wrong;
        density[HalfX + x] += mass - wrong;
    }

    private static double Loss(double[] density)
    {
        double sum = density[HalfX];
        for (int x = 1; x <= HalfX; x++)
        {
            double t = Math.Tanh(x * StepX / 2);
            sum += (density[HalfX + x] + density[HalfX - x]) * (1 - (t * t));
        }

        return sum;
    }

    private double[] Check(double[] v, double checkDegree)
    {
        Array.Clear(work);
        for (int x = 0; x <= HalfX; x++)
        {
            double mass = x == 0 ? v[HalfX] : v[HalfX + x] + v[HalfX - x];
            work[yIndex[x]] += mass * (1 - yShare[x]) * tilt[yIndex[x]];
            work[yIndex[x] + 1] += mass * yShare[x] * tilt[yIndex[x] + 1];
        }

        transform.Forward(work);
        int small = (int)checkDegree;
        // Edges on the heavier rows: rows share s = fraction, edges share s (small+1) / mean.
        double heavier = (checkDegree - small) * (small + 1) / checkDegree;
        for (int k = 0; k < Size; k++)
        {
            work[k] = Power(work[k], small - 1, heavier);
        }

        transform.Inverse(work);
        double[] r = new double[(2 * HalfX) + 1];
        double total = 0;
        for (int y = 0; y < Size && tilt[y] > 1e-6; y++)
        {
            double mass = Math.Max(0, work[y].Real / tilt[y]);
            total += mass;
            AddSymmetric(r, xIndex[y], mass * (1 - xShare[y]));
            AddSymmetric(r, xIndex[y] + 1, mass * xShare[y]);
        }

        r[HalfX] += Math.Max(0, 1 - total); // what lies beyond the grid says nothing
        return r;
    }

    private static Complex Power(Complex value, int exponent, double heavier)
    {
        Complex result = Complex.One;
        Complex square = value;
        for (int bits = exponent; bits > 0; bits >>= 1)
        {
            if ((bits & 1) != 0)
            {
                result *= square;
            }

            square *= square;
        }

        return result * ((1 - heavier) + (heavier * value));
    }

    private double[] Variable(double[] r, int[] degrees, double[] edgeShares, Action<double[]>? record)
    {
        var spectrum = new Complex[Size];
        for (int x = -HalfX; x <= HalfX; x++)
        {
            spectrum[x & (Size - 1)] += r[x + HalfX];
        }

        transform.Forward(spectrum);
        if (record is not null)
        {
            double[] losses = new double[degrees.Length];
            for (int index = 0; index < degrees.Length; index++)
            {
                double[] one = new double[degrees.Length];
                one[index] = 1;
                losses[index] = Loss(Combine(spectrum, degrees, one));
            }

            record(losses);
        }

        return Combine(spectrum, degrees, edgeShares);
    }

    private double[] Combine(Complex[] spectrum, int[] degrees, double[] edgeShares)
    {
        for (int k = 0; k < Size; k++)
        {
            Complex sum = Complex.Zero;
            Complex power = Complex.One;
            int exponent = 0;
            for (int index = 0; index < degrees.Length; index++)
            {
                for (; exponent < degrees[index] - 1; exponent++)
                {
                    power *= spectrum[k];
                }

                sum += edgeShares[index] * power;
            }

            work[k] = sum * channel[k];
        }

        transform.Inverse(work);
        double[] v = new double[(2 * HalfX) + 1];
        for (int k = 0; k < Size; k++)
        {
            int x = k < Size / 2 ? k : k - Size;
            v[Math.Clamp(x, -HalfX, HalfX) + HalfX] += Math.Max(0, work[k].Real);
        }

        return v;
    }
}
