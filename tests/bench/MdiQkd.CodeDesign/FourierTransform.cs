using System.Numerics;

namespace MdiQkd.CodeDesign;

/// <summary>In-place complex fast Fourier transform of one size (radix 2, decimation in time).</summary>
public sealed class FourierTransform
{
    private readonly Complex[] twiddles;
    private readonly int[] reversed;

    /// <summary>A transform of that size, a power of two.</summary>
    public FourierTransform(int size)
    {
        twiddles = [.. Enumerable.Range(0, size / 2).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / size))];
        reversed = new int[size];
        for (int index = 1; index < size; index++)
        {
            reversed[index] = (reversed[index >> 1] >> 1) | ((index & 1) == 0 ? 0 : size >> 1);
        }
    }

    /// <summary>Forward transform.</summary>
    public void Forward(Complex[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int size = reversed.Length;
        for (int index = 0; index < size; index++)
        {
            if (index < reversed[index])
            {
                (values[index], values[reversed[index]]) = (values[reversed[index]], values[index]);
            }
        }

        for (int half = 1, stride = size / 2; half < size; half *= 2, stride /= 2)
        {
            for (int start = 0; start < size; start += 2 * half)
            {
                for (int offset = 0; offset < half; offset++)
                {
                    Complex low = values[start + offset];
                    Complex w = twiddles[offset * stride];
                    Complex high = values[start + offset + half];
                    double re = (high.Real * w.Real) - (high.Imaginary * w.Imaginary);
                    double im = (high.Real * w.Imaginary) + (high.Imaginary * w.Real);
                    values[start + offset] = new Complex(low.Real + re, low.Imaginary + im);
                    values[start + offset + half] = new Complex(low.Real - re, low.Imaginary - im);
                }
            }
        }
    }

    /// <summary>Inverse transform, scaled by 1/size.</summary>
    public void Inverse(Complex[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Forward(values);
        Array.Reverse(values, 1, values.Length - 1);
        double scale = 1.0 / values.Length;
        for (int index = 0; index < values.Length; index++)
        {
            values[index] *= scale;
        }
    }
}
