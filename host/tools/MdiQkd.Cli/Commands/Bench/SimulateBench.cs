using System.CommandLine;
using System.Security.Cryptography;
using MdiQkd.Evaluation;
using MdiQkd.Simulation.Benchmarks;
using MdiQkd.Simulation.World;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>`mdiqkd bench simulate`: the simulator against real time, for a station of a given clock and arms.</summary>
internal static class SimulateBench
{
    private const string Coincidences = "coincidences";
    private const string Singles = "singles";

    // Simulated time per call: some milliseconds of work.
    private const double CoincidenceCallSeconds = 0.25;
    private const double SinglesCallSeconds = 0.005;

    internal static Command Make()
    {
        Option<double> clock = new("--clock") { Description = "Slot rate in MHz.", HelpName = "MHZ", DefaultValueFactory = _ => 200 };
        NumberRange.Limit(clock, 1, 2000);
        Option<double> armA = Arm("--arm-a", "A's");
        Option<double> armB = Arm("--arm-b", "B's");
        Option<string> fidelity = new("--fidelity")
        {
            Description = "What to generate: coincidences (and pilots), or singles (every click).",
            HelpName = "FIDELITY",
            DefaultValueFactory = _ => Coincidences,
        };
        fidelity.AcceptOnlyFromAmong(Coincidences, Singles);
        Option<double> seconds = BenchOptions.Seconds();
        Option<bool> json = BenchOptions.Json();
        Command command = new("simulate", "Simulated light, interference and detectors: simulated against processor time, tags per second.")
        {
            clock, armA, armB, fidelity, seconds, json,
        };
        command.SetAction(result =>
        {
            Measure(
                result.GetValue(clock),
                result.GetValue(armA),
                result.GetValue(armB),
                result.GetValue(fidelity) == Singles ? Fidelity.Singles : Fidelity.Coincidences,
                TimeSpan.FromSeconds(result.GetValue(seconds)))
                .Write(result.GetValue(json), result.InvocationConfiguration.Output);
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<double> Arm(string name, string whose)
    {
        Option<double> option = new(name)
        {
            Description = $"{whose} fibre in km, at 0.2 dB/km and 3 dB at the hub.", HelpName = "KM", DefaultValueFactory = _ => 30,
        };
        NumberRange.Limit(option, 0, 500);
        return option;
    }

    private static BenchReport Measure(double clockMHz, double armA, double armB, Fidelity fidelity, TimeSpan time)
    {
        double callSeconds = fidelity == Fidelity.Singles ? SinglesCallSeconds : CoincidenceCallSeconds;
        using SimulationWorkload workload = new(clockMHz, armA, armB, fidelity);
        long slots = (long)(callSeconds * workload.SlotRateHz);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        workload.Advance(slots, hash);
        BenchTiming timing = BenchTiming.Of(() => workload.Advance(slots), null, time);
        double factor = callSeconds * 1e9 / timing.ProcessorNanoseconds;
        return new BenchReport()
            .With("bench", "Benchmark", "simulate")
            .With("fidelity", "Fidelity", fidelity == Fidelity.Singles ? Singles : Coincidences)
            .With("clockMHz", "Clock", clockMHz, "MHz")
            .With("armAKm", "A's fibre", armA, "km")
            .With("armBKm", "B's fibre", armB, "km")
            .With("realTimeFactor", "Simulated over processor time", factor, "x")
            .With("sustainsRealTime", "Keeps up with this station on one core", factor >= 1 ? "yes" : "no")
            .With("mtagsPerSecondPerCore", "Tags per core", workload.Tags / (double)workload.Slots * slots * 1e3 / timing.ProcessorNanoseconds, "Mtags/s")
            .With("mslotsPerSecondPerCore", "Slots per core", slots * 1e3 / timing.ProcessorNanoseconds, "Mslots/s")
            .With("tagsPerSimulatedSecond", "Tags per simulated second", (long)(workload.Tags / (double)workload.Slots * workload.SlotRateHz))
            .With("calls", "Calls", timing.Calls)
            .With("hash", "SHA-256 of the first call's tags", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
