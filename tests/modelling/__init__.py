"""The words of Camunda 8.8 and of Camunda 7 that the modelling guide has a row for, each with the smallest drawing that says it."""
