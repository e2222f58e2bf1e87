Console.WriteLine("Metal3.Worker");
