using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MdiQkd.Acquisition;
using MdiQkd.KeyRate.Channel;
using MdiQkd.Protocol;
using MdiQkd.Simulation.Physics;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Random numbers made in batches against slow and obvious definitions; tables against their laws on evenly spaced words.</summary>
[Trait("Lane", "Simd")]
public sealed class BatchedDrawTests
{
    private const int Generators = 8;

    [Fact]
    public void Words_are_those_of_eight_interleaved_generators()
    {
        // xoshiro256** 1.0 in scalars.
        ulong[][] states = [.. Enumerable.Range(0, Generators).Select(_ => new ulong[4])];
        byte[] seed = new byte[PhysicsRandom.SeedSize];
        for (int i = 0; i < seed.Length; i++)
        {
            seed[i] = (byte)((i * 37) + 11);
        }

        for (int i = 0; i < 4 * Generators; i++)
        {
            states[i % Generators][i / Generators] = BitConverter.ToUInt64(seed, PhysicsRandom.SingleSize + (8 * i)) | (i >= 3 * Generators ? 1UL : 0);
        }

        ulong[] expected = new ulong[3000];
        for (int i = 0; i < expected.Length; i++)
        {
            ulong[] s = states[i % Generators];
            expected[i] = BitOperations.RotateLeft(s[1] * 5, 7) * 9;
            ulong t = s[1] << 17;
            s[2] ^= s[0];
            s[3] ^= s[1];
            s[1] ^= s[2];
            s[0] ^= s[3];
            s[2] ^= t;
            s[3] = BitOperations.RotateLeft(s[3], 45);
        }

        // In pieces of every size, with single numbers in between.
        var random = new PhysicsRandom(seed);
        ulong[] words = new ulong[expected.Length];
        for (int i = 0, piece = 1; i < words.Length; i += piece, piece = (piece * 3 % 701) + 1)
        {
            random.NextUInt64();
            random.Fill(words.AsSpan(i, Math.Min(piece, words.Length - i)));
        }

        Assert.Equal(expected, words);
    }

    [Fact]
    public void Exponential_numbers_are_logarithms()
    {
        // All exponents that 52 bits reach, and the ends.
        PhysicsRandom random = PhysicsSeed.FromNumber(4).Generator("words");
        ulong[] words = new ulong[64 * 1024];
        random.Fill(words);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = i % 2 == 0 ? words[i] : ~(words[i] >> (i % 53));
        }

        (words[0], words[1]) = (0, ulong.MaxValue);
        double[] expected = [.. words.Select(word => -Math.Log(1 - ((word >> 12) * (1.0 / (1L << 52)))))];
        double[] numbers = [.. Exponential.FromWords(words, 3)];
        Assert.Equal(0, numbers[0]);
        for (int i = 0; i < numbers.Length; i++)
        {
            Assert.Equal(3 * expected[i], numbers[i], 3e-13 * expected[i]);
        }
    }

    [Fact]
    public void Exponential_numbers_are_the_same_on_every_processor()
    {
        // A hash of their bits, from registers of 128 and of 256 bits and from scalars alike.
        PhysicsRandom random = PhysicsSeed.FromNumber(5).Generator("words");
        ulong[] words = new ulong[1 << 16];
        random.Fill(words);
        Exponential.FromWords(words, 1);
        Assert.Equal("f915ba455c86fc20", Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(words.AsSpan())))[..16]);
    }

    [Fact]
    public void Alias_tables_have_their_weights()
    {
        double[] weights = [0.1, 0, 3, 0.25, 1e-4, 2, 0.7, 0.7];
        var table = new AliasTable(weights);
        int[] counts = new int[weights.Length];
        const int n = 1 << 20;
        for (int i = 0; i < n; i++)
        {
            counts[table.Draw(((ulong)i << 44) + (1UL << 43))]++;
        }

        double sum = weights.Sum();
        Assert.Equal(0, counts[1]);
        for (int i = 0; i < weights.Length; i++)
        {
            // Each of up to 8 pieces of an entry may be off by one word.
            Assert.InRange(counts[i] - (n * weights[i] / sum), -8, 8);
        }
    }

    [Theory]
    [InlineData(9, 9)]
    [InlineData(1, 4)]
    public void Windows_of_photons_have_the_exact_probabilities(double lossDbA, double lossDbB)
    {
        // Photon by photon here, amplitudes in the exact channel; no dark counts.
        StationSettings station = Stations.Station(0, darkRateHz: 0) with { Interference = new InterferenceSettings(0.97, 0.003, 0.1) };
        UserLight a = Stations.Mixed(1, Stations.SourceA, lossDbA, 1);
        UserLight b = Stations.Mixed(2, Stations.SourceB, lossDbB, 1);
        const int states = PreparedState.ValuesWithPilots;
        PairOptics[] optics = [.. Enumerable.Range(0, states * states).Select(i => PairOptics.Of(
            a, new PreparedState((byte)(i / states)), b, new PreparedState((byte)(i % states)), station))];
        var patterns = new WindowPatterns(optics);
        ExactChannel exact = Stations.Exact(station, lossDbA, lossDbB);
        int[] clickWindows = [ClickWindows.CEarly, ClickWindows.DEarly, ClickWindows.CLate, ClickWindows.DLate];
        double[] expected = new double[ExactChannel.Patterns];
        const int n = 1 << 15;
        for (int i = 0; i < states * states; i++)
        {
            var stateA = new PreparedState((byte)(i / states));
            var stateB = new PreparedState((byte)(i % states));
            if ((stateA.IsPilot && stateA.Label != IntensityLabel.Z) || (stateB.IsPilot && stateB.Label != IntensityLabel.Z))
            {
                continue; // no such state
            }

            double[] counted = new double[ExactChannel.Patterns];
            for (int k = 0; k < n; k++)
            {
                ulong word = ((ulong)k << 49) + (1UL << 48);
                if (word < patterns.Words[i])
                {
                    int set = WindowPatterns.SetOf(patterns.Draw((byte)i, word));
                    counted[Enumerable.Range(0, 4).Sum(w => ((set >> w) & 1) * clickWindows[w])] += patterns.Largest / n;
                }
            }

            Array.Clear(expected);
            exact.AddClickPatterns(PulseState.From(Stations.SourceA, stateA), PulseState.From(Stations.SourceB, stateB), 1, expected);
            for (int pattern = 1; pattern < expected.Length; pattern++)
            {
                Assert.Equal(expected[pattern], counted[pattern], 1.01 * patterns.Largest / n);
            }
        }
    }

    [Fact]
    public void Alias_tables_draw_all_words_as_one_by_one()
    {
        var table = new AliasTable([0.1, 0, 3, 0.25, 1e-4, 2, 0.7]);
        PhysicsRandom random = PhysicsSeed.FromNumber(7).Generator("words");
        ulong[] words = new ulong[1003];
        random.Fill(words);
        (words[0], words[1]) = (0, ulong.MaxValue);
        ulong[] expected = [.. words.Select(word => (ulong)table.Draw(word))];
        table.DrawAll(words);
        Assert.Equal(expected, words);
    }

    [Theory]
    [InlineData(64, 2)]
    [InlineData(60, 2)]
    [InlineData(4, 1)]
    [InlineData(1, 0)]
    public void Candidates_are_visible_if_near_to_something_or_if_detectors_are_live(int period, int length)
    {
        const int memory = 5;
        const long liveEnough = 3L << (BlindStates.UniformBits - 2);
        var pilots = new PilotPattern(period, length);
        var all = new CandidateSlots(PhysicsSeed.FromNumber(6).Generator("slots"), 0.1, 1000);
        var visible = new VisibleCandidates(
            new CandidateSlots(PhysicsSeed.FromNumber(6).Generator("slots"), 0.1, 1000),
            PhysicsSeed.FromNumber(6).Generator("far"),
            pilots,
            memory,
            liveEnough);
        PhysicsRandom random = PhysicsSeed.FromNumber(6).Generator("far");
        ulong[] words = new ulong[CandidateSlots.BatchSize];
        ulong[] twoNumbers = new ulong[CandidateSlots.BatchSize / 2];
        int found = 0;
        for (int batch = 0; batch < 20; batch++)
        {
            all.Next();
            visible.Next();
            random.Fill(twoNumbers);
            ReadOnlySpan<long> slots = all.SlotsAndNeighbours;
            List<(long Slot, long Uniform)> expected = [];
            for (int i = 0; i < CandidateSlots.BatchSize; i++)
            {
                long slot = slots[i + 1];
                bool near = slot - slots[i] <= memory || slots[i + 2] - slot <= memory;
                for (long other = slot - memory; other <= slot + memory; other++)
                {
                    near |= pilots.Contains(other);
                }

                uint number = (uint)(twoNumbers[i / 2] >> (32 * (i % 2)));
                if (near || number < liveEnough)
                {
                    expected.Add((slot, near ? VisibleCandidates.Near : number));
                    found += near ? 0 : 1;
                }
            }

            all.DrawWords(words.AsSpan(0, expected.Count));
            Assert.Equal(expected.Select(candidate => candidate.Slot), visible.Slots.ToArray());
            Assert.Equal(expected.Select(candidate => candidate.Uniform), visible.Uniforms.ToArray());
            Assert.Equal(words.Take(expected.Count), visible.Words.ToArray());
        }

        Assert.Equal(period == 4, found == 0);
    }

    [Fact]
    public void Candidates_are_accepted_if_their_word_is_below_that_of_their_states()
    {
        PhysicsRandom random = PhysicsSeed.FromNumber(8).Generator("words");
        ulong[] bounds = new ulong[256];
        random.Fill(bounds);
        (bounds[0], bounds[1]) = (0, ulong.MaxValue);
        UserLight a = Stations.Mixed(1, Stations.SourceA, 3, 1L << 40);
        UserLight b = Stations.Mixed(2, Stations.SourceB, 3, 1L << 40);
        var filter = new CandidateFilter(a.States, b.States, bounds);
        for (int count = 0; count <= CandidateSlots.BatchSize; count = (count * 9 / 8) + 1)
        {
            long[] slots = [.. Enumerable.Range(0, count).Select(i => (long)i * i * 1009)];
            byte[] packedA = new byte[count], packedB = new byte[count];
            Assert.True(a.States.TryRead(slots, packedA) && b.States.TryRead(slots, packedB));
            int[] pairs = [.. Enumerable.Range(0, count).Select(i => (packedA[i] * 16) + packedB[i])];
            ulong[] words = new ulong[count];
            random.Fill(words);
            for (int i = 0; i < count; i += 3)
            {
                words[i] = bounds[pairs[i]] + (ulong)(i % 5) - 2; // upper halves do not decide
            }

            filter.Accept(slots, words);
            Assert.Equal(Enumerable.Range(0, count).Where(i => words[i] < bounds[pairs[i]]), filter.Accepted.ToArray());
            Assert.Equal(pairs, filter.Pairs[..count].ToArray().Select(pair => (int)pair));
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(40, 30)]
    [InlineData(1000, 30)]
    public void Tags_leave_the_queue_in_order(double sigmaPs, int gapPsMax)
    {
        const long floorPs = 10;
        PhysicsRandom random = PhysicsSeed.FromNumber(9).Generator("gaps");
        var jitter = new JitterTable(sigmaPs);
        var queue = new TagQueue(jitter, PhysicsSeed.FromNumber(9).Generator("jitter")) { FloorPs = floorPs };
        var block = new TimeTagBlock();
        List<long> timesPs = [];
        List<byte> channels = [];
        List<(long TimePs, byte Channel)> taken = [];
        long timePs = floorPs;
        for (int round = 0; round < 40; round++)
        {
            for (int i = 0; i < 37 * round; i++)
            {
                byte channel = (byte)(random.NextUInt64() % 7);
                queue.Add(timePs, channel);
                long laterPs = timePs + Gap();
                queue.AddPair(timePs, 8, laterPs, 9);
                timesPs.AddRange([timePs, timePs, laterPs]);
                channels.AddRange([channel, 8, 9]);
                timePs += Gap();
            }

            Take(timePs - jitter.MaxPs - 1);
        }

        Take(long.MaxValue);
        long[] errorsPs = [.. timesPs];
        jitter.AddTo(errorsPs, PhysicsSeed.FromNumber(9).Generator("jitter"));
        Assert.Equal(errorsPs.Select(time => Math.Max(time, floorPs)).Zip(channels).OrderBy(tag => tag.First), taken);

        long Gap() => (long)(random.NextUInt64() % (ulong)gapPsMax);

        void Take(long watermarkPs)
        {
            queue.MoveTo(block, watermarkPs);
            taken.AddRange(block.TimesPs.Zip(block.Channels).Take(block.Count));
        }
    }
}
